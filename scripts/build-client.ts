import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root, run } from './run.ts'

const folder = join(root, 'client')

/**
 * Compiles the browser client to `client/dist` and packs it: what `npm install` takes from a file.
 * No script of the package does that at an install: where scripts are switched off, as here, an
 * unbuilt package would be installed without a word.
 * @returns the path of the package, in `client/`
 */
export async function buildClient(): Promise<string> {
  rmSync(join(folder, 'dist'), { recursive: true, force: true })
  await must(['tsc', '-p', folder])
  const packed = await must(['npm', 'pack', folder, '--pack-destination', folder, '--json'])
  const [{ filename = '' } = {}] = JSON.parse(packed) as { filename?: string }[]
  return join(folder, filename)
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(`npm install ${await buildClient()}`)

async function must(command: string[]): Promise<string> {
  const { code, output } = await run(command)
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${output}`)
  return output
}
