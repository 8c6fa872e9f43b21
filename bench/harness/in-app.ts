import { type ChildProcess, execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import type { Settings } from '#e2e/settings'
import { root } from '#scripts/run'
import type { Sample } from './interleave.ts'
import { surroundings } from './serve.ts'

/** What lets Node find `next/headers` and the like as a bundler does. */
const preload = ['--import', './bench/servers/next-names.ts']

/** Runs a file of ours with the app's settings; what it prints. */
export async function inApp(env: Settings, file: string, args: string[] = []): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...preload, file, ...args], {
    cwd: root,
    env: { ...surroundings(), ...env },
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout
}

/** A process that does one thing over and over when it is told to, and says what that cost. */
export type Worker = {
  ask: (order: Record<string, unknown>) => Promise<Sample>
  stop: () => void
}

/** Starts a worker; it says `ready` when it is. */
export async function startWorker(
  env: Settings,
  file: string,
  args: string[] = [],
): Promise<Worker> {
  const child: ChildProcess = fork(file, args, {
    cwd: root,
    env: { ...surroundings(), ...env },
    execArgv: preload,
    serialization: 'json',
  })
  const stop = () => void child.kill('SIGKILL')
  process.once('exit', stop)
  child.once('exit', () => process.off('exit', stop))
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${file} ended with ${child.exitCode}`)
  })
  ended.catch(() => {})
  const answer = async () => {
    const [message] = await Promise.race([once(child, 'message'), ended])
    return message
  }
  await answer()
  return {
    async ask(order) {
      child.send(order)
      return answer()
    },
    stop,
  }
}
