import { type ChildProcess, spawn } from 'node:child_process'
import { delimiter, dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder, as an absolute path. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

export type Outcome = { code: number; output: string }

type Options = {
  env?: Record<string, string | undefined>
  /** Show the output while it comes, instead of keeping it. */
  isShown?: boolean
  /** Where it runs, if not in the project's folder. */
  folder?: string
  /** Milliseconds after which the command is stopped. */
  deadlineMs?: number
}

const running = new Set<ChildProcess>()

/** Runs a command in the project's folder and waits for its end. It gets no standard input. */
export function run(command: string[], options: Options = {}): Promise<Outcome> {
  const [file = '', ...rest] = command
  const child = spawn(file, rest, {
    cwd: options.folder ?? root,
    env: { ...withProjectTools(), ...options.env },
    stdio: ['ignore', options.isShown ? 'inherit' : 'pipe', options.isShown ? 'inherit' : 'pipe'],
    ...(options.deadlineMs === undefined ? {} : { timeout: options.deadlineMs }),
  })
  running.add(child)
  let output = ''
  const keep = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  return new Promise((done) => {
    const end = (code: number) => {
      running.delete(child)
      done({ code, output })
    }
    child.on('error', (error) => {
      output += error.message
      end(127)
    })
    child.on('close', (code) => end(code ?? 1))
  })
}

/** Ends what `run` has started and not yet seen the end of. */
export function stopRunning(signal: NodeJS.Signals = 'SIGTERM'): void {
  for (const child of running) child.kill(signal)
}

/** Passes the end of this process on to what it started. */
export function stopWithUs(): void {
  const stop = (signal: NodeJS.Signals) => {
    stopRunning(signal)
    process.exit(130)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  process.on('disconnect', () => stop('SIGTERM'))
}

/** The environment with the project's own tools, and its Node, found first. */
function withProjectTools(): NodeJS.ProcessEnv {
  const bin = resolve(root, 'node_modules/.bin')
  const plain = process.stdout.isTTY ? {} : { NO_COLOR: '1', FORCE_COLOR: undefined }
  return { ...process.env, ...plain, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` }
}
