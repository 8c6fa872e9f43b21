import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

type Module = Record<string, (...given: unknown[]) => Promise<unknown>>

/**
 * A snippet of a page in docs/, run as it stands there: the block that is marked `run=name`. What it takes
 * for granted, such as its backend's URL, is put before it.
 */
export async function snippet(
  page: string,
  name: string,
  given: Record<string, unknown>,
): Promise<{ module: Module; remove: () => Promise<void> }> {
  const text = await readFile(new URL(`../docs/${page}`, import.meta.url), 'utf8')
  const [, code] = new RegExp(`\`\`\`js run=${name}\\n(.*?)\`\`\``, 's').exec(text) ?? []
  if (!code) throw new Error(`docs/${page} has no snippet that is marked run=${name}`)
  const folder = await mkdtemp(join(tmpdir(), 'grantkeeper-snippet-'))
  const file = join(folder, `${name}.mjs`)
  // The snippet reads them as if they were in its scope.
  Object.assign(globalThis, { [scope]: given })
  const names = Object.keys(given).join(', ')
  await writeFile(file, `const { ${names} } = globalThis.${scope}\n${code}`)
  const module = (await import(pathToFileURL(file).href)) as Module
  return { module, remove: () => rm(folder, { recursive: true, force: true }) }
}

const scope = 'grantkeeperSnippet'
