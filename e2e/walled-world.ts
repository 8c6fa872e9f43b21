import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProviderEntry } from '#lib/providers/schema'
import type { Answer, Visitor } from './browser-client.ts'
import { startDatabase } from './databases.ts'
import { requestStart, visitCallback } from './flow.ts'
import { attempts, networkEnv } from './network.ts'
import { type Certificate, selfSigned } from './self-signed.ts'
import { setup } from './setup.ts'
import { type Scripted, startScripted } from './stand-in/scripted.ts'
import { plainScriptedEntry } from './stand-in/scripted-entry.ts'
import { clientEnv, providersFile } from './stand-in/start.ts'
import { startTlsFront, type TlsFront } from './tls-front.ts'
import { startWorld, type World, type WorldOptions } from './world.ts'

/** A world as in production: https and public addresses only, in a network that we made. */
export type WalledWorld = {
  world: World
  /** The third party `honest`, at https://honest.test. */
  honest: Scripted
  /** Everything that the app looked up, or tried to connect to, in order; its database left out. */
  attempts: (what: 'lookup' | 'connect') => string[]
  stop: () => Promise<void>
}

export type WalledOptions = {
  /** Further entries; they may use `entryAt`. */
  entries?: readonly ProviderEntry[]
  /** The answers of DNS to further names, one after the other. */
  names?: Record<string, string[][]>
  /** Further names of the third party, each with a public address and a certificate of its own. */
  certificates?: Record<string, Certificate>
  env?: WorldOptions['env']
}

/** The public address of https://honest.test; nothing is ever sent there. */
export const honestAddress = '11.0.0.1'

/** An entry like that of `honest`, with a token endpoint of another host. */
export function entryAt(id: string, host: string): ProviderEntry {
  const entry = plainScriptedEntry({ id, url: 'https://honest.test' })
  return { ...entry, token_endpoint: `https://${host}/token` }
}

export async function startWalledWorld(options: WalledOptions = {}): Promise<WalledWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'grantkeeper-wall-'))
  const log = join(folder, 'network.log')
  const honest = await startHonest()
  const certificates = {
    'honest.test': selfSigned(new Date(), 'honest.test'),
    ...options.certificates,
  }
  const hosts = await Promise.all(Object.entries(certificates).map(opened(honest)))
  const trusted = join(folder, 'trusted.pem')
  await writeFile(trusted, certificates['honest.test'].cert)
  const entries = [entryAt('honest', 'honest.test'), ...(options.entries ?? [])]
  const file = await providersFile(entries)
  const database = await startDatabase(setup.database)
  const { names, routes } = addressBook(hosts, options.names)
  const own = ownRoute(database.named.databaseUrl)
  const world = await startWorld({
    ...database.named,
    env: {
      ...networkEnv({ names, routes: { ...routes, ...own }, log }),
      ...clients(entries, honest),
      NODE_EXTRA_CA_CERTS: trusted,
      ALLOW_INSECURE_LOCALHOST: 'false',
      AUTH0_DOMAIN: 'login.test',
      PROVIDERS_FILE: file.path,
      ...options.env,
    },
  })
  Object.assign(world.providers, { honest: { ...honest, url: 'https://honest.test' } })
  return {
    world,
    honest,
    attempts: (what) => attempts(log, what).filter((address) => !Object.hasOwn(own, address)),
    async stop() {
      await world.stop()
      const fronts = hosts.map(({ front }) => front.close())
      await Promise.all([...fronts, file.remove(), database.stop()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Starts at `provider`, and comes back with a code: what the callback answers. */
export async function attempt(visitor: Visitor, provider: string, code: string): Promise<Answer> {
  const response = await requestStart({ visitor, provider })
  const state = response.location?.searchParams.get('state')
  if (!state) throw new Error(`start answered ${response.headers.location}`)
  const query = new URLSearchParams({ code, state })
  return visitCallback(visitor, `/api/integrations/${provider}/callback?${query}`)
}

function startHonest(): Promise<Scripted> {
  const kind = { lax: true, iss: false, pkce: false, openid: false, rotate: false }
  return startScripted({ id: 'honest', redirectUris: [], ...kind })
}

type Host = { name: string; address: string; front: TlsFront }

function opened({ url }: Scripted) {
  return async ([name, certificate]: [string, Certificate], index: number): Promise<Host> => {
    const front = await startTlsFront(Number(new URL(url).port), certificate)
    return { name, address: index === 0 ? honestAddress : `11.0.1.${index}`, front }
  }
}

function addressBook(hosts: readonly Host[], names: WalledOptions['names'] = {}) {
  const own = hosts.map(({ name, address }): [string, string[][]] => [name, [[address]]])
  const routes = hosts.map(({ address, front }) => [`${address}:443`, front.port] as const)
  return { names: { ...Object.fromEntries(own), ...names }, routes: Object.fromEntries(routes) }
}

/** The way to the database server, where there is one: it is within the walls. */
function ownRoute(databaseUrl: string | undefined): Record<string, number> {
  if (databaseUrl === undefined) return {}
  const { host, port } = new URL(databaseUrl)
  return { [host]: Number(port) }
}

function clients(entries: readonly ProviderEntry[], honest: Scripted): Record<string, string> {
  const each = entries.map(({ id }) =>
    clientEnv(id, id === 'honest' ? honest.client : { ...honest.client, id: `app-at-${id}` }),
  )
  return Object.assign({}, ...each)
}
