import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, startApp } from './app.ts'
import { type DatabaseKind, startDatabase } from './databases.ts'
import { openRows, type Rows } from './rows.ts'
import { type Settings, settings } from './settings.ts'
import { setup } from './setup.ts'
import { freePort } from './stand-in/server.ts'
import { type StandIns, startStandIns } from './stand-in/start.ts'
import { startTlsFront } from './tls-front.ts'

/** What `npm run demo` starts: the app, the login issuer, Acme Music and Plain Notes. */
export type Demo = {
  app: App
  appUrl: string
  standIns: StandIns
  rows: Rows
  stop: () => Promise<void>
}

export type DemoOptions = {
  /** Laid over the settings; what is undefined is taken out of them. */
  env?: Record<string, string | undefined>
  /** At https://localhost, behind a TLS front with a self-signed certificate. Default: as the run's set-up. */
  https?: boolean
  /** Default: as the run's set-up says. */
  database?: DatabaseKind
  /** Of a standalone build, in place of what the run's set-up says. */
  folder?: string | undefined
  /** The origins of SPAs that may log in and connect. */
  spaUrls?: readonly string[]
}

/** @throws {Error} with the app's output, when it refuses to start; nothing is left running */
export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const { env = {}, https = setup.isDeployed, spaUrls = [] } = options
  const { database: kind = setup.database } = options
  const port = await freePort()
  const front = https ? await startTlsFront(port) : undefined
  const appUrl = front?.url ?? `http://localhost:${port}`
  const folder = await mkdtemp(join(tmpdir(), 'grantkeeper-walk-'))
  const database = await startDatabase(kind)
  const { databaseUrl = `file:${join(folder, 'grantkeeper.db')}` } = database.named
  const standIns = await startStandIns({
    ...{ appUrl, spaUrls, loginPort: 0, acmePort: 0, plainPort: 0 },
    loginDriver: setup.login,
  })
  const close = async () => {
    await Promise.all([standIns.stop(), front?.close(), database.stop()])
    await rm(folder, { recursive: true, force: true })
  }
  const whole = defined({ ...settings({ appUrl, port, databaseUrl }, standIns.env), ...env })
  const app = await startApp(whole, { folder: options.folder }).catch(async (error) => {
    await close()
    throw error
  })
  const rows = openRows(databaseUrl)
  return {
    app,
    appUrl,
    standIns,
    rows,
    async stop() {
      await app.stop()
      await rows.close()
      await close()
    },
  }
}

function defined(env: Record<string, string | undefined>): Settings {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
