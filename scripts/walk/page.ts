/** What a page of docs/ tells its reader to do, in the order of the page. */
export type Step =
  | { kind: 'commands'; line: number; marks: ReadonlySet<string>; commands: Command[] }
  | { kind: 'file'; line: number; language: string; text: string }
  /** A comment that readers do not see: what people do meanwhile. */
  | { kind: 'meanwhile'; line: number; what: string }

/** A command, and the output that the page shows. */
export type Command = { text: string; output: string }

const block = /^```(\S+)(?: ([^\n]+))?\n(.*?)^```$|^<!-- walk: ([^\n]+) -->$/gms

/** Reads the `console` blocks, the `nginx` and `caddyfile` ones, and the comments that begin with `walk:`. */
export function stepsOf(page: string): Step[] {
  return [...page.matchAll(block)].flatMap((found): Step[] => {
    const [, language = '', marks = '', text = '', what] = found
    const line = page.slice(0, found.index).split('\n').length
    if (what) return [{ kind: 'meanwhile', line, what }]
    if (language === 'nginx' || language === 'caddyfile')
      return [{ kind: 'file', line, language, text }]
    if (language !== 'console') return []
    const commands = commandsOf(text)
    return [{ kind: 'commands', line, marks: new Set(marks.split(' ').filter(Boolean)), commands }]
  })
}

/** A command begins with `$ `, and goes on where its lines end in a backslash. */
function commandsOf(text: string): Command[] {
  const parts = text.split(/^\$ /m).slice(1)
  return parts.map((part) => {
    const [whole = '', command = ''] = /^((?:.*\\\n)*.*)\n/.exec(part) ?? []
    return { text: command, output: part.slice(whole.length) }
  })
}
