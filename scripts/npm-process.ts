import { type ChildProcess, spawn } from 'node:child_process'
import { root } from './run.ts'

export type NpmProcess = {
  npm: ChildProcess
  /** Its exit code, once it has ended. */
  ended: Promise<number | null>
  /** What it has written so far. */
  said: () => string
  /** Waits for words, at most five minutes. */
  until: (pattern: RegExp) => Promise<string>
  /** To npm and all that came of it, as Ctrl-C does. */
  signalGroup: (signal: NodeJS.Signals) => void
}

/** `npm run …` in a process group of its own. */
export function startNpm(script: string, port: number): NpmProcess {
  const npm = spawn('npm', ['run', script], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PORT: String(port) },
  })
  let text = ''
  for (const stream of [npm.stdout, npm.stderr])
    stream.on('data', (chunk) => {
      text += chunk
    })
  const ended = new Promise<number | null>((done) => npm.once('exit', done))
  return { npm, ended, said: () => text, until, signalGroup: groupSignal(npm) }

  async function until(pattern: RegExp): Promise<string> {
    const deadline = Date.now() + 300_000
    while (!pattern.test(text)) {
      if (npm.exitCode !== null || Date.now() > deadline) throw new Error(`it said: ${text}`)
      await new Promise((done) => setTimeout(done, 100))
    }
    return text
  }
}

function groupSignal(child: ChildProcess) {
  return (signal: NodeJS.Signals) => {
    try {
      process.kill(-(child.pid ?? Number.NaN), signal)
    } catch {
      // Nobody is left in the group.
    }
  }
}
