import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '#db'
import { type Settings, settings } from '#e2e/settings'
import { freePort } from '#e2e/stand-in/server'
import { clientEnv, providersFile } from '#e2e/stand-in/start'
import { inApp } from './in-app.ts'
import { type Issuer, startIssuer } from './issuer.ts'
import { type Served, serve } from './serve.ts'

/** All that the app and its peers are measured with: a login, a third party, and a folder for files. */
export type Place = {
  issuer: Issuer
  provider: Served
  /** The settings of the app with this database, at a port of its own. */
  envFor: (databaseUrl: string) => Promise<Settings>
  /** A new, migrated SQLite file. */
  newFile: (name: string) => Promise<string>
  folder: string
  close: () => Promise<void>
}

/** @param providerMs how long the third party takes to answer */
export async function openPlace({ providerMs = 0 } = {}): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'grantkeeper-bench-'))
  const clear = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', clear)
  const issuer = await startIssuer()
  const provider = await serve({
    name: 'the third party',
    run: ['bench/servers/provider.ts'],
    port: await freePort(),
    env: { BENCH_DELAY_MS: String(providerMs) },
    healthPath: '/',
  })
  const file = await providersFile([entry(provider.url)])
  const shared = settings({ appUrl: '', port: 0, databaseUrl: '' })
  return {
    issuer,
    provider,
    folder,
    async envFor(databaseUrl) {
      const port = await freePort()
      return {
        ...shared,
        ...issuer.env,
        ...clientEnv('acme', { id: 'client', secret: 'secret-at-acme' }),
        PROVIDERS_FILE: file.path,
        LOG_LEVEL: 'info',
        PORT: String(port),
        APP_BASE_URL: `http://localhost:${port}`,
        DATABASE_URL: databaseUrl,
      }
    },
    async newFile(name) {
      const url = `file:${join(folder, `${name}.db`)}`
      await (await openDatabase(url)).close()
      return url
    },
    async close() {
      await Promise.all([provider.stop(), issuer.close(), file.remove()])
      clear()
      process.off('exit', clear)
    },
  }
}

/** Each may ask a thousand times a second: a load needs several. */
export async function apiKeys(env: Settings, count = 16): Promise<string[]> {
  return JSON.parse(await inApp(env, 'bench/servers/keys.ts', [String(count)]))
}

function entry(url: string) {
  return {
    id: 'acme',
    name: 'Acme',
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    scope: ['profile', 'files.read'],
    rotation: 'single_use' as const,
    account: { id: 'user_id', label: 'user_name' },
    docs: `${url}/docs`,
    manage: `${url}/manage`,
  }
}
