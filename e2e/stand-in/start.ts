import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoginKind } from '../setup.ts'
import { type Acme, startAcme } from './acme.ts'
import { type LoginIssuer, startLogin } from './login.ts'
import { type Plain, startPlain } from './plain.ts'
import { acmeEntry, plainEntry } from './providers.ts'

export type StandIns = {
  /** What the app needs to use them: AUTH0_* or OIDC_*, the clients, PROVIDERS_FILE. */
  env: Record<string, string>
  login: LoginIssuer
  acme: Acme
  plain: Plain
  stop: () => Promise<void>
}

export type StandInOptions = {
  /** The app's own URL, or several, comma-separated as in APP_BASE_URL. */
  appUrl: string
  /** 0 takes a free port. */
  loginPort: number
  acmePort: number
  plainPort: number
  /** The origins of SPAs that may log in and connect; each completes at `/connected`. */
  spaUrls?: readonly string[]
  /** Default: Auth0's. */
  loginDriver?: LoginKind
}

/**
 * Starts the login issuer and both third parties, or none of them.
 * @throws {Error} that names the port, when one is taken
 */
export async function startStandIns(options: StandInOptions): Promise<StandIns> {
  const { spaUrls = [], loginDriver = 'auth0' } = options
  const appUrls = options.appUrl.split(',').map((url) => url.trim())
  const callbacks = (id: string) => appUrls.map((url) => `${url}/api/integrations/${id}/callback`)
  const [login, acme, plain] = await allOrNone([
    startLogin({ port: options.loginPort, appUrls, spaUrls }),
    startAcme({ port: options.acmePort, redirectUris: callbacks('acme') }),
    startPlain({ port: options.plainPort, redirectUris: callbacks('plain') }),
  ])
  const file = await providersFile([acmeEntry(acme.url), plainEntry(plain.url)])
  return {
    env: {
      ...(loginDriver === 'oidc' ? oidcEnv(login, options.appUrl) : loginEnv(login)),
      ...clientEnv('acme', acme.client),
      ...clientEnv('plain', plain.client),
      PROVIDERS_FILE: file.path,
      SPA_COMPLETION_URLS: spaUrls.map((url) => `${url}/connected`).join(','),
    },
    login,
    acme,
    plain,
    stop: async () => {
      await Promise.all([login.close(), acme.close(), plain.close(), file.remove()])
    },
  }
}

/** The app's settings for this login issuer. */
export function loginEnv(login: LoginIssuer): Record<string, string> {
  const { url, client, audience } = login
  return {
    AUTH0_DOMAIN: url,
    AUTH0_CLIENT_ID: client.id,
    AUTH0_CLIENT_SECRET: client.secret,
    AUTH0_AUDIENCE: audience,
    ...machinesEnv(login),
  }
}

/** The same issuer, for the app's other login driver. */
export function oidcEnv(login: LoginIssuer, appUrl: string): Record<string, string> {
  const { issuer, client, audience } = login
  return {
    LOGIN_DRIVER: 'oidc',
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: client.id,
    OIDC_CLIENT_SECRET: client.secret,
    OIDC_AUDIENCE: audience,
    NEXTAUTH_URL: appUrl,
    NEXTAUTH_SECRET: randomBytes(32).toString('hex'),
    ...machinesEnv(login),
  }
}

function machinesEnv({ machines }: LoginIssuer): Record<string, string> {
  const { unlisted: _, ...listed } = machines
  const ids = Object.values(listed).map(({ id }) => id)
  return { M2M_CLIENTS: ids.join(','), ALLOW_INSECURE_LOCALHOST: 'true' }
}

/** `{ID}_CLIENT_ID` and `{ID}_CLIENT_SECRET`. */
export function clientEnv(
  provider: string,
  { id, secret }: { id: string; secret: string },
): Record<string, string> {
  const prefix = provider.toUpperCase().replaceAll('-', '_')
  return { [`${prefix}_CLIENT_ID`]: id, [`${prefix}_CLIENT_SECRET`]: secret }
}

/** Writes the entries where PROVIDERS_FILE can point; `remove` when they are no longer needed. */
export async function providersFile(
  entries: readonly object[],
): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'grantkeeper-providers-'))
  const path = join(folder, 'providers.json')
  await writeFile(path, JSON.stringify(entries, null, 2))
  return { path, remove: () => rm(folder, { recursive: true, force: true }) }
}

type Starting<T> = { [K in keyof T]: Promise<T[K]> }

async function allOrNone<T extends { close: () => Promise<void> }[]>(
  starting: readonly [...Starting<T>],
): Promise<T> {
  const results = await Promise.allSettled(starting)
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason] : [],
  )
  if (failures.length === 0) return Promise.all(starting) as unknown as Promise<T>
  for (const result of results) if (result.status === 'fulfilled') await result.value.close()
  throw failures[0]
}
