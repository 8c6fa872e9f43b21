import { once } from 'node:events'
import { statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { demoJobWalk } from './demo-job-walk.ts'
import { startNpm } from './npm-process.ts'
import { takenPort } from './ports.ts'
import { root } from './run.ts'
import type { Count } from './test-counts.ts'

const port = 4310
const ports = [0, 1, 2, 3, 4].map((next) => port + next)

/** `npm run demo` as a stranger uses it: up, looked at, stopped, and refused where a port is taken. */
export async function demoWalk(): Promise<Count> {
  const outcomes = [
    await attempt('the demo comes up, and Ctrl-C leaves nothing running', () =>
      upAndDown('SIGINT'),
    ),
    await attempt('the demo ends when npm is told to', () => upAndDown('SIGTERM')),
    await attempt('the demo ends when npm is killed', () => upAndDown('SIGKILL')),
    await attempt('the job works without its user, through an outage and after it', async () => {
      await demoJobWalk(port)
      await untilFree()
    }),
    await attempt('a taken port gives a sentence and leaves nothing running', takenPortSentence),
  ]
  const passed = outcomes.filter(Boolean).length
  return { passed, failed: outcomes.length - passed, skipped: 0 }
}

async function attempt(title: string, what: () => Promise<void>): Promise<boolean> {
  try {
    await what()
    console.log(`✓ ${title}`)
    return true
  } catch (error) {
    console.log(`✗ ${title}\n    ${error instanceof Error ? error.message : error}`)
    return false
  }
}

async function upAndDown(signal: NodeJS.Signals): Promise<void> {
  const demo = startNpm('demo', port)
  try {
    const said = await demo.until(/Ctrl-C stops all of it/)
    expect(said.includes(`http://localhost:${port}`), 'the block does not name the URL')
    const page = await fetch(`http://localhost:${port}/`)
    expect(page.ok, `the first page answered ${page.status}`)
    const login = await fetch(`http://localhost:${port + 1}/.well-known/openid-configuration`)
    expect(login.ok, `the login issuer answered ${login.status}`)
    expect(said.includes(`http://127.0.0.1:${port + 4}`), 'the block does not name the SPA')
    const spa = await fetch(`http://127.0.0.1:${port + 4}/config.json`)
    expect((await spa.json()).name === 'Tracklist', 'the SPA is not set up')
    const mode = statSync(join(root, '.env.demo')).mode & 0o777
    expect(mode === 0o600, `.env.demo may be read by others: ${mode.toString(8)}`)
    // Ctrl-C reaches the whole group; a kill reaches npm alone.
    if (signal === 'SIGINT') demo.signalGroup(signal)
    else demo.npm.kill(signal)
    await demo.ended
    await untilFree()
  } finally {
    demo.signalGroup('SIGKILL')
  }
}

async function takenPortSentence(): Promise<void> {
  const blocker = createServer().listen(port + 2, '127.0.0.1')
  await once(blocker, 'listening')
  const demo = startNpm('demo', port)
  try {
    const code = await demo.ended
    const said = demo.said()
    expect(code === 1, `the exit code is ${code}`)
    expect(said.includes(`Port ${port + 2} is taken`), `it said: ${said}`)
    expect(/PORT=\d+ npm run demo/.test(said), 'the sentence does not say how to move')
  } finally {
    demo.signalGroup('SIGKILL')
    blocker.close()
  }
  await untilFree()
}

async function untilFree(): Promise<void> {
  const deadline = Date.now() + 15_000
  let taken = await takenPort(ports)
  while (taken !== undefined && Date.now() < deadline) {
    await pause(200)
    taken = await takenPort(ports)
  }
  expect(taken === undefined, `port ${taken} is still taken`)
}

function expect(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise)
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds))
}
