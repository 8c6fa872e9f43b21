import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ProviderEntry } from '#lib/providers/schema'
import type { Answer, Visitor } from '../browser-client.ts'
import type { Certificate } from '../self-signed.ts'
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
  /** A program of Debian, which may not be here. */
  needs?: Needs
  /** Where it is not `{id}.mjs`, by Node. */
  setUp?: SetUp
  /** Seconds, for a server whose codes cannot be made to run out sooner. */
  codeLifeS?: number
  /** Steps that this server cannot take, each with the reason. */
  cannot?: Partial<Record<StepName, string>>
}

/** What a set-up needs besides `servers/`: a file that is there once its packages are installed. */
export type Needs = { file: string; debian: string[] }

/** What runs a set-up, and its name in `servers/`. */
export type SetUp = { program: string; file: string }

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
  { id, setUp }: { id: string; setUp?: SetUp },
  given: { port: number; url: string; clients: Client[]; certificate?: Certificate | undefined },
): Promise<Running> {
  const { PATH = '', HOME = '' } = process.env
  const { program, file } = setUp ?? { program: process.execPath, file: `${id}.mjs` }
  const child = spawn(program, [file], {
    cwd: folder,
    env: { NODE_ENV: 'production', PATH, HOME, INTEROP: JSON.stringify(given) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
  const running = { output: () => chunks.join(''), stop: () => stop(child) }
  await untilReady(child, file, running.output)
  return running
}

/** Its last line of the start is `ready`. */
async function untilReady(child: ChildProcess, file: string, output: () => string): Promise<void> {
  const deadline = Date.now() + 90_000
  while (child.exitCode === null && Date.now() < deadline) {
    if (/^ready$/m.test(output())) return
    await sleep(50)
  }
  await stop(child)
  throw new Error(`${file} did not get ready. It said:\n${output()}`)
}

/** What has started a program of its own ends that first. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await gone
  clearTimeout(timer)
}
