import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

/** Where commands are run: a folder, and all the environment that they get. */
export type Place = { folder: string; env: Record<string, string> }

export type Running = {
  /** What it has said so far. */
  said: () => string
  hasEnded: () => boolean
  /** SIGTERM to it and to all that it started; returns when it has ended. */
  stop: () => Promise<void>
}

/** Runs commands one after the other in one shell, as a person types them: what one sets, the next one has. */
export async function runToEnd(commands: string[], place: Place): Promise<Ended[]> {
  const lines = commands.map((command) => `${command}\nprintf '\\0%d\\0' $?`)
  const { child, said } = launch(`exec 2>&1\n${lines.join('\n')}`, place)
  await once(child, 'close')
  const parts = said().split('\0')
  return commands.map((_, index) => ({
    output: parts[2 * index] ?? '',
    code: Number(parts[2 * index + 1] ?? Number.NaN),
  }))
}

export type Ended = { output: string; code: number }

/** Starts a command that goes on. */
export function startAndLeave(command: string, place: Place): Running {
  const { child, said } = launch(command, place)
  const ended = once(child, 'close')
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const stop = async () => {
    if (!hasEnded()) signal(child, 'SIGTERM')
    const timer = setTimeout(() => signal(child, 'SIGKILL'), 20_000)
    await ended
    clearTimeout(timer)
  }
  return { said, hasEnded, stop }
}

/** Waits until something has become true. @throws {Error} after two minutes */
export async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 120_000
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`It took longer than two minutes until ${what}`)
    await sleep(100)
  }
}

/** Both streams in one, as a terminal shows them; a process group of its own, as a terminal gives it. */
function launch(command: string, { folder, env }: Place) {
  const child = spawn('bash', ['-c', command], {
    cwd: folder,
    env: env as NodeJS.ProcessEnv,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  return { child, said: () => output }
}

function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  try {
    process.kill(-(pid ?? Number.NaN), name)
  } catch {
    // Nobody is left in the group.
  }
}
