import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '#scripts/run'
import { cpuMsOf } from './cpu.ts'

export type Served = {
  name: string
  pid: number
  url: string
  /** Milliseconds from the start of the process to its first answer. */
  startMs: number
  /** CPU time that it had used by then, in milliseconds. */
  startCpuMs: number
  stop: () => Promise<void>
  /** As a platform stops it: it may still do what it does at its end. */
  end: () => Promise<void>
}

export type Program = {
  name: string
  /** What Node runs. */
  run: string[]
  port: number
  env: Record<string, string>
  /** Answers 200 once it serves. */
  healthPath: string
  folder?: string
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * Starts a server in a process of its own, with the Node that runs this, and waits until it answers.
 * @throws {Error} with what it said, when it ends before that or takes longer than 45 s
 */
export async function serve({
  name,
  run,
  port,
  env,
  healthPath,
  folder = root,
}: Program): Promise<Served> {
  const begun = performance.now()
  const child = spawn(process.execPath, run, {
    cwd: folder,
    env: { ...surroundings(), PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-8000)
    })
  const url = `http://127.0.0.1:${port}`
  while (!(await answers(url + healthPath))) {
    if (child.exitCode !== null || performance.now() - begun > 45_000)
      throw new Error(`${name} did not start:\n${said}`)
    await sleep(5)
  }
  const pid = child.pid ?? 0
  const started = { startMs: performance.now() - begun, startCpuMs: cpuMsOf(pid) }
  const endBy = (signal: NodeJS.Signals) => async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal)
      await once(child, 'exit')
    }
  }
  return { name, pid, url, ...started, stop: endBy('SIGKILL'), end: endBy('SIGTERM') }
}

/** What every process is started with: nothing of the settings of whoever runs this. */
export function surroundings(): NodeJS.ProcessEnv {
  const { PATH = '', HOME = '', TMPDIR } = process.env
  return {
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    ...{ PATH, HOME },
    ...(TMPDIR ? { TMPDIR } : {}),
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(3000) })).ok
  } catch {
    return false
  }
}
