import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ProviderEntry } from '#lib/providers/schema'
import type { Answer, Visitor } from '../browser-client.ts'
import type { StepName } from './step-names.ts'

export type PersonName = 'alice' | 'bob'
export type Decision = 'allow' | 'deny'

/** What an entry says of the server itself. */
export type Entry = Omit<ProviderEntry, 'id' | 'name' | 'docs' | 'manage'>

export type Client = {
  id: string
  secret: string
  redirectUris: string[]
  /** For logins. */
  logoutUris?: string[]
  auth?: 'client_secret_basic' | 'client_secret_post'
}

/** An authorization server that nobody here wrote, as a third party of the app. */
export type Party = {
  /** The id of its entry, and the name of its set-up in `servers/`. */
  id: string
  /** What the table calls it: the packages, whose versions stand in `servers/package.json`. */
  packages: string[]
  /** The page by which its set-up was written. */
  docs: string
  /** Its entry as docs/providers.md explains entries. */
  entry: (url: string) => Entry
  /** The entry by its metadata, where it publishes some. */
  metadata?: (url: string) => Entry
  /** What a person does there: logs in, and allows or denies. The last answer leads to the callback. */
  decide: (decision: UserDecision) => Promise<Answer>
  /** Where the person ends it at the server, logged in there. */
  end?: (browser: Visitor, url: string) => Promise<Answer>
  /** The API that its access tokens are for, as a path. */
  api?: string
  /** Steps that this server cannot take, each with the reason. */
  cannot?: Partial<Record<StepName, string>>
}

export type UserDecision = {
  /** With a cookie jar of its own. */
  browser: Visitor
  url: string
  authorizationUrl: URL
  person: PersonName
  decision: Decision
}

export type Running = { output: () => string; stop: () => Promise<void> }

const folder = fileURLToPath(new URL('servers', import.meta.url))

/** Starts a server of `servers/` as a process of its own, and waits until it listens. */
export async function startServer(
  file: string,
  given: { port: number; url: string; clients: Client[] },
): Promise<Running> {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [file], {
    cwd: folder,
    env: { NODE_ENV: 'production', PATH, HOME, INTEROP: JSON.stringify(given) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
  const running = { output: () => chunks.join(''), stop: () => stop(child) }
  await untilItListens(child, given.port, file, running.output)
  return running
}

async function untilItListens(
  child: ChildProcess,
  port: number,
  file: string,
  output: () => string,
): Promise<void> {
  const deadline = Date.now() + 60_000
  while (child.exitCode === null && Date.now() < deadline) {
    const isThere = await fetch(`http://127.0.0.1:${port}/`, { redirect: 'manual' }).then(
      () => true,
      () => false,
    )
    if (isThere) return
    await sleep(100)
  }
  await stop(child)
  throw new Error(`${file} does not listen. It said:\n${output()}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
