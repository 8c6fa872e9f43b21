/**
 * Whether an output is what a page shows. There, `…` stands for whatever differs from one run to the
 * next: within a line for a part of it, and alone on a line for any number of lines.
 */
export function isAsShown(output: string, shown: string): boolean {
  return new RegExp(`^${patternOf(shown)}$`).test(tidy(output))
}

/** As `isAsShown`, for what has been said so far by something that goes on. */
export function beginsAsShown(output: string, shown: string): boolean {
  return new RegExp(`^${patternOf(shown)}(\\n|$)`).test(tidy(output))
}

function patternOf(shown: string): string {
  const lines = shown.trimEnd().split('\n')
  const patterns = lines.map((line, index) => {
    const isLast = index === lines.length - 1
    if (line === '…') return isLast ? '[^]*' : '(?:.*\\n)*?'
    return `${line.split('…').map(RegExp.escape).join('.*')}${isLast ? '' : '\\n'}`
  })
  return patterns.join('')
}

/** Without what npm says of the script that it starts, and without spaces that nobody sees. */
function tidy(output: string): string {
  const own = output.replace(/^\n> \S+@\S+ .*\n> .*\n\n/, '')
  return own
    .replaceAll('\r', '')
    .replaceAll(/[ \t]+$/gm, '')
    .trimEnd()
}
