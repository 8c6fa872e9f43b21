import { join } from 'node:path'
import { build, type Rolldown } from 'vite'
import { root } from './run.ts'

/** A built page: the path of each file, and what is in it. */
export type Files = ReadonlyMap<string, string | Uint8Array>

/** Builds `examples/spa`, and writes nothing: about a second, and never stale. */
export async function buildSpa(): Promise<Files> {
  const folder = join(root, 'examples/spa')
  const { output } = (await build({
    configFile: join(folder, 'vite.config.ts'),
    mode: 'production',
    logLevel: 'warn',
    // Whatever the NODE_ENV is of the one who builds.
    define: { 'process.env.NODE_ENV': JSON.stringify('production') },
    build: { write: false },
  })) as Rolldown.RolldownOutput
  return new Map(
    output.map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]),
  )
}
