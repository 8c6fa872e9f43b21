import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Settings } from './settings.ts'

export type App = {
  port: number
  pid: number
  /** Everything that it wrote to stdout and stderr so far. */
  output: () => string
  isAlive: () => boolean
  /** Null while it lives, and where a signal ended it. */
  exitCode: () => number | null
  /** Sends it a signal: SIGKILL as a crash does, SIGSTOP and SIGCONT as a machine that hangs. */
  signal: (name: NodeJS.Signals) => void
  /** Once it has ended, whatever ended it. */
  ended: () => Promise<void>
  /** SIGTERM, and SIGKILL when that does not help within five seconds. */
  stop: () => Promise<void>
}

const project = fileURLToPath(new URL('..', import.meta.url))

/** Of the standalone build where the run has one, which has not the command of Next; else of the project. */
function runFolder(mouth: Mouth): string {
  return mouth === 'fast' ? (process.env.E2E_STANDALONE_FOLDER ?? project) : project
}

/**
 * Who answers the token route: `server.ts` itself, or the route of Next, as on platforms that bring the
 * server.
 */
export type Mouth = 'fast' | 'portable'

/** The one place that knows how the built app is started. */
function command(mouth: Mouth, port: number): string[] {
  return mouth === 'fast'
    ? ['start.mjs']
    : ['node_modules/next/dist/bin/next', 'start', '--port', String(port)]
}

type StartOptions = { deadlineMs?: number; folder?: string | undefined; mouth?: Mouth | undefined }

/**
 * Starts the built app and waits until it is healthy.
 * @param where `folder`: of a standalone build, in place of the project's
 * @throws {Error} with its output, when it ends before that or takes longer than `deadlineMs`
 */
export async function startApp(env: Settings, options: StartOptions = {}): Promise<App> {
  const { deadlineMs = 45_000, mouth = 'fast', folder = runFolder(mouth) } = options
  const port = Number(env.PORT)
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env
  const child = spawn(process.execPath, command(mouth, port), {
    cwd: folder,
    env: { NODE_ENV: 'production', PATH, HOME, ...(TMPDIR ? { TMPDIR } : {}), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
  const app: App = {
    port,
    pid: child.pid ?? 0,
    output: () => chunks.join(''),
    isAlive: () => isAlive(child),
    exitCode: () => child.exitCode,
    signal: (name) => void child.kill(name),
    ended: () => ended(child),
    stop: () => stop(child),
  }
  await untilHealthy(app, deadlineMs)
  return app
}

async function untilHealthy(app: App, deadlineMs: number): Promise<void> {
  const deadline = Date.now() + deadlineMs
  while (app.isAlive() && Date.now() < deadline) {
    // Its own word too: a stranger may answer on that port while this one has failed to get it.
    if (/Ready (on|in) /.test(app.output()) && (await isHealthy(app.port)) && app.isAlive()) return
    await sleep(150)
  }
  const what = app.isAlive()
    ? `was not healthy within ${deadlineMs} ms`
    : `ended at its start with code ${app.exitCode()}`
  await app.stop()
  throw new Error(`The app ${what}. It said:\n${app.output()}`)
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(3000)
    return (await fetch(`http://127.0.0.1:${port}/api/health`, { signal })).status === 200
  } catch {
    return false
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (!isAlive(child)) return
  const gone = ended(child)
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await gone
  clearTimeout(timer)
}

async function ended(child: ChildProcess): Promise<void> {
  if (isAlive(child)) await once(child, 'exit')
}

function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}
