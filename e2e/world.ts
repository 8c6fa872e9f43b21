import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProviderEntry } from '#lib/providers/schema'
import { type App, type Mouth, startApp } from './app.ts'
import { type DatabaseKind, startDatabase } from './databases.ts'
import { openRows, type Rows } from './rows.ts'
import { type Settings, settings } from './settings.ts'
import { type LoginKind, setup } from './setup.ts'
import { type Listener, startListener } from './stand-in/listener.ts'
import { type LoginIssuer, type LoginOptions, startLogin } from './stand-in/login.ts'
import type { Scripted } from './stand-in/scripted.ts'
import { freePort } from './stand-in/server.ts'
import { clientEnv, loginEnv, oidcEnv, providersFile } from './stand-in/start.ts'
import type { Street } from './street.ts'
import { startTlsFront } from './tls-front.ts'
import { type ProviderId, scriptedEntries, startScriptedProviders } from './world-providers.ts'

/** Everything that an attack needs: the app, its login, its third parties and attacker land. */
export type World = {
  app: App
  appUrl: string
  env: Settings
  login: LoginIssuer
  providers: Record<ProviderId, Scripted>
  /** A server that belongs to nobody the app knows: evil.test of the test contract. */
  attacker: Listener
  /** A SPA on another site, allowed under `/app`. */
  spa: Listener
  /** An allowed wildcard: previews of one team's one project. */
  previews: string
  rows: Rows
  /** What the app wrote since the world began, over all its restarts. */
  output: () => string
  /** Ends the app, and starts it anew with the same database and other settings. */
  restart: (changes?: Settings) => Promise<void>
  stop: () => Promise<void>
}

export type WorldOptions = {
  /** Laid over the settings. */
  env?: Settings
  /** At https://localhost, behind a TLS front with a self-signed certificate. Default: as the run's set-up. */
  https?: boolean
  /** Its name in place of `localhost` there, for browsers: `something.localhost`. */
  host?: string
  /** Behind a front with others, at names of its own; the first is canonical. */
  at?: { street: Street; names: readonly string[] }
  /** The stable deployment whose relay is all that this one's providers know. */
  relay?: string
  /** Of which kind a fresh database is. Default: as the run's set-up says. */
  database?: DatabaseKind
  /** Default: a fresh one. A Postgres database must be migrated. */
  databaseUrl?: string
  /** Who logs users in; unless told, as the run's set-up says. */
  loginDriver?: LoginKind
  /** Laid over what the stand-in for the login issuer is. */
  issuer?: Partial<LoginOptions>
  /** Who answers the token route; unless told, our own server. */
  mouth?: Mouth
  /** Laid over the entries of `PROVIDERS_FILE`. */
  entries?: Partial<Record<ProviderId, Partial<ProviderEntry>>>
}

/**
 * Starts a world of its own, for tests that need other settings than the shared one.
 * @throws {Error} with the app's output, when it refuses to start; nothing is left running
 */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const surroundings = await prepare(options)
  const { env, servers, appUrl, databaseUrl } = surroundings
  const { mouth } = options
  const app = await startApp(env, { mouth }).catch(async (error) => {
    await surroundings.close()
    throw error
  })
  // Not `DATABASE_URL`, which may lead there by way of a proxy.
  const rows = openRows(databaseUrl)
  let earlier = ''
  const world: World = {
    ...servers,
    app,
    appUrl,
    env,
    previews,
    rows,
    output: () => earlier + world.app.output(),
    async restart(changes = {}) {
      await world.app.stop()
      earlier += world.app.output()
      world.env = { ...world.env, ...changes }
      world.app = await startApp(world.env, { mouth })
    },
    async stop() {
      await world.app.stop()
      await world.rows.close()
      await surroundings.close()
    },
  }
  return world
}

const previews = 'https://my-app-*-my-team.vercel.app'

/** All that must be there before the app starts, and go after it. */
async function prepare(options: WorldOptions) {
  const port = await freePort()
  const { https = setup.isDeployed && !options.at } = options
  const front = https ? await startTlsFront(port) : undefined
  const appUrls = addresses(options, port, front?.port)
  const [appUrl = ''] = appUrls
  const folder = await mkdtemp(join(tmpdir(), 'grantkeeper-e2e-'))
  const { database: kind = setup.database } = options
  const database = await startDatabase(options.databaseUrl ? 'sqlite' : kind)
  const { databaseUrl = `file:${join(folder, 'grantkeeper.db')}` } = {
    ...database.named,
    ...options,
  }
  const { loginDriver = setup.login, issuer } = options
  const servers = await startServers({ appUrls, ...issuer }, (id) =>
    options.relay
      ? `${options.relay}/api/integrations/${id}/relay`
      : `${appUrl}/api/integrations/${id}/callback`,
  )
  const entries = scriptedEntries(servers.providers).map((entry) => ({
    ...entry,
    ...options.entries?.[entry.id as ProviderId],
  }))
  const file = await providersFile(entries)
  const login = loginDriver === 'oidc' ? oidcEnv(servers.login, appUrl) : loginEnv(servers.login)
  const brought = {
    ...{ ...login, ...environment(servers), PROVIDERS_FILE: file.path },
    ...options.env,
  }
  return {
    appUrl,
    databaseUrl,
    servers,
    env: settings({ appUrl: appUrls.join(','), port, databaseUrl }, brought),
    async close() {
      const { login, attacker, spa, providers } = servers
      const all = [login, attacker, spa, ...Object.values(providers), ...(front ? [front] : [])]
      await Promise.all([...all.map((server) => server.close()), database.stop()])
      await Promise.all([file.remove(), rm(folder, { recursive: true, force: true })])
    },
  }
}

/** Where the app is called: the first is canonical. */
function addresses({ at, host = 'localhost' }: WorldOptions, port: number, frontPort?: number) {
  if (at) return at.names.map((name) => at.street.admit(name, port))
  return [frontPort ? `https://${host}:${frontPort}` : `http://localhost:${port}`]
}

type Servers = Pick<World, 'login' | 'providers' | 'attacker' | 'spa'>

async function startServers(
  login: Omit<LoginOptions, 'port'>,
  redirectUri: (id: ProviderId) => string,
): Promise<Servers> {
  const [issuer, providers, attacker, spa] = await Promise.all([
    startLogin({ port: 0, ...login }),
    startScriptedProviders(redirectUri),
    startListener('evil.test'),
    startListener('A SPA'),
  ])
  return { login: issuer, providers, attacker, spa }
}

function environment({ providers, spa }: Servers): Settings {
  const clients = Object.entries(providers).map(([id, { client }]) => clientEnv(id, client))
  return {
    ...Object.assign({}, ...clients),
    RETURN_URLS: [`${spa.url}/app`, 'https://spa.test/app', previews].join(','),
    SPA_COMPLETION_URLS: `${spa.url}/app/connected,https://other-spa.test/connected`,
    TOKEN_DEADLINE_MS: '1500',
    LEASE_MS: '4000',
  }
}
