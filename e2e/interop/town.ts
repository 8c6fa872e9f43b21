import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProviderEntry } from '#lib/providers/schema'
import { type App, startApp } from '../app.ts'
import { type Visitor, visitor } from '../browser-client.ts'
import { machineToken } from '../machine-token.ts'
import { openRows, type Rows } from '../rows.ts'
import { type Settings, settings } from '../settings.ts'
import { startLogin } from '../stand-in/login.ts'
import { freePort } from '../stand-in/server.ts'
import { clientEnv, loginEnv, providersFile } from '../stand-in/start.ts'
import { type Front, startFront } from './front.ts'
import { type Client, type Party, type PersonName, type Running, startServer } from './party.ts'

/** A server with its front, and the two clients that the app has there. */
export type Stand = {
  party: Party
  front: Front
  client: Client
  /** Of the second entry, which names the server by its metadata. */
  metadataClient: Client
  people: Record<PersonName, Person>
}

/** A user of the app, with a browser in which they are logged in, there and at the server. */
export type Person = { name: PersonName; sub: string; browser: Visitor }

export type Town = {
  appUrl: string
  app: () => App
  env: () => Settings
  rows: Rows
  /** May vend everything. */
  jobToken: string
  stands: Stand[]
  /** Starts the app again, with other settings. */
  restart: (changes: Settings) => Promise<void>
  stop: () => Promise<void>
}

/** Starts the servers, and one app to which all of them are third parties. */
export async function startTown(parties: readonly Party[]): Promise<Town> {
  const port = await freePort()
  const appUrl = `http://localhost:${port}`
  const folder = await mkdtemp(join(tmpdir(), 'grantkeeper-interop-'))
  const login = await startLogin({ port: 0, appUrls: [appUrl] })
  const opened = await Promise.all(parties.map((party) => openStand(party, appUrl)))
  const stands = opened.map(({ stand }) => stand)
  const file = await providersFile(stands.flatMap(entriesOf))
  const databaseUrl = `file:${join(folder, 'grantkeeper.db')}`
  let env = settings(
    { appUrl, port, databaseUrl },
    { ...loginEnv(login), ...secrets(stands), PROVIDERS_FILE: file.path },
  )
  let app = await startApp(env).catch(async (error) => {
    await Promise.all([login.close(), ...opened.map(({ close }) => close())])
    throw error
  })
  const rows = openRows(databaseUrl)
  for (const name of ['alice', 'bob'] as const)
    await logIn(
      stands.map(({ people }) => people[name]),
      appUrl,
    )
  return {
    ...{ appUrl, rows, stands, app: () => app, env: () => env },
    jobToken: await machineToken(login),
    async restart(changes) {
      await app.stop()
      env = { ...env, ...changes }
      app = await startApp(env)
    },
    async stop() {
      await app.stop()
      await rows.close()
      await Promise.all(opened.map(({ close }) => close()))
      await Promise.all([
        ...[login.close(), file.remove()],
        rm(folder, { recursive: true, force: true }),
      ])
    },
  }
}

/** The settings with which every client has its secret, or another than its own. */
export function secrets(stands: readonly Stand[], change = (secret: string) => secret): Settings {
  const clients = stands.flatMap(({ party: { id }, client, metadataClient }) => [
    clientEnv(id, { ...client, secret: change(client.secret) }),
    clientEnv(metadataId(id), { ...metadataClient, secret: change(metadataClient.secret) }),
  ])
  return Object.assign({}, ...clients)
}

export function metadataId(id: string): string {
  return `${id}-metadata`
}

async function openStand(
  party: Party,
  appUrl: string,
): Promise<{ stand: Stand; close: () => Promise<void> }> {
  const innerPort = await freePort()
  const front = await startFront(party.id, innerPort)
  // With everything in them that ids and secrets have in the world: hyphens, underscores, dots.
  const client = (id: string, secret: string): Client => ({
    ...{ id: `acme-${id}`, secret: `${secret}-of_${party.id}.0f3a` },
    redirectUris: [`${appUrl}/api/integrations/${id}/callback`],
  })
  const stand: Stand = {
    ...{ party, front },
    client: client(party.id, 'one'),
    metadataClient: client(metadataId(party.id), 'two'),
    people: { alice: person('alice', appUrl), bob: person('bob', appUrl) },
  }
  const { client: one, metadataClient: two } = stand
  const given = { port: innerPort, url: front.url, clients: [one, two] }
  const server: Running = await startServer(party, given)
  return {
    stand,
    async close() {
      await front.close()
      await server.stop()
    },
  }
}

/** Once, for all the browsers of one user. */
async function logIn(people: readonly Person[], appUrl: string): Promise<void> {
  const [name = 'alice'] = people.map((person) => person.name)
  const first = visitor({ name, appUrl })
  await first.login(name)
  for (const { browser } of people) browser.jar.restore(first.jar.all())
}

function person(name: PersonName, appUrl: string): Person {
  return { name, sub: `auth0|${name}`, browser: visitor({ name, appUrl }) }
}

function entriesOf({ party, front }: Stand): ProviderEntry[] {
  const { id, docs, entry, metadata } = party
  const common = { docs, manage: docs }
  return [
    { ...common, id, name: id, ...entry(front.url) },
    ...(metadata
      ? [{ ...common, id: metadataId(id), name: metadataId(id), ...metadata(front.url) }]
      : []),
  ]
}
