import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Settings } from '../settings.ts'

/** One function of the build; several paths may lead to it. */
export type VercelFunction = { name: string; folder: string; files: string[]; bytes: number }

export function functionsOf(output: string): VercelFunction[] {
  const base = join(output, 'functions')
  return readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.endsWith('.func'))
    .map((entry) => {
      const folder = join(entry.parentPath, entry.name)
      const files = filesOf(folder)
      const bytes = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)
      return { name: relative(base, folder), folder, files, bytes }
    })
}

/** The function that answers at a path, such as `api/ready`, with all that it has. */
export function functionAt(output: string, path: string): string {
  return realpathSync(join(output, 'functions', `${path}.func`))
}

export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}

export type Running = {
  url: string
  output: () => string
  stop: () => Promise<void>
}

/** Starts a function in a folder in which there is nothing else. */
export async function startFunction(folder: string, settings: Settings): Promise<Running> {
  const alone = mkdtempSync(join(tmpdir(), 'grantkeeper-function-'))
  cpSync(folder, alone, { recursive: true, verbatimSymlinks: true })
  const server = fileURLToPath(new URL('serve-function.mjs', import.meta.url))
  const child = spawn(process.execPath, [server, alone], {
    cwd: alone,
    env: { NODE_ENV: 'production', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
  const stop = async () => {
    await end(child)
    rmSync(alone, { recursive: true, force: true })
  }
  const port = await listening(child, () => output).catch(async (error) => {
    await stop()
    throw error
  })
  return { url: `http://127.0.0.1:${port}`, output: () => output, stop }
}

async function listening(child: ChildProcess, output: () => string): Promise<string> {
  const signal = AbortSignal.timeout(30_000)
  while (child.exitCode === null) {
    const [, port] = /Listening on (\d+)/.exec(output()) ?? []
    if (port) return port
    await Promise.race([once(child.stdout ?? child, 'data', { signal }), once(child, 'exit')])
  }
  throw new Error(`The function ended with ${child.exitCode}. It said:\n${output()}`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
