import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, startApp } from '../app.ts'
import { type Visitor, visitor } from '../browser-client.ts'
import { openRows, type Rows } from '../rows.ts'
import { selfSigned } from '../self-signed.ts'
import { key, type Settings, settings } from '../settings.ts'
import { freePort } from '../stand-in/server.ts'
import { type Front, startFront } from './front.ts'
import type { Issuer } from './issuer.ts'
import { type Client, startServer } from './party.ts'

/** An app whose users log in at an issuer of others. */
export type Porch = {
  issuer: Issuer
  front: Front
  appUrl: string
  app: () => App
  env: Settings
  client: Client
  rows: Rows
  newBrowser: () => Visitor
  restart: (changes: Settings) => Promise<void>
  stop: () => Promise<void>
}

/** The issuer is there, behind its front; the app is started while that is away. */
export async function openPorch(issuer: Issuer): Promise<Porch> {
  const port = await freePort()
  const appUrl = `http://localhost:${port}`
  const folder = await mkdtemp(join(tmpdir(), 'grantkeeper-interop-'))
  const certificate = issuer.driver === 'auth0' ? selfSigned() : undefined
  const innerPort = await freePort()
  const front = await startFront(issuer.id, innerPort, certificate)
  const client = clientOf(issuer, appUrl)
  const given = { port: innerPort, url: front.url, clients: [client], certificate }
  const server = await startServer(issuer, given)
  const authority = join(folder, 'authority.pem')
  if (certificate) await writeFile(authority, certificate.cert)
  const databaseUrl = `file:${join(folder, 'grantkeeper.db')}`
  const env = settings(
    { appUrl, port, databaseUrl },
    {
      ...loginSettings(issuer, front.url, client, appUrl),
      ...(certificate ? { NODE_EXTRA_CA_CERTS: authority } : {}),
    },
  )
  let app: App | undefined
  const start = async () => {
    app = await startApp(env)
  }
  await front.whileDown(start).catch(async (error) => {
    await Promise.all([front.close(), server.stop()])
    throw error
  })
  const rows = openRows(databaseUrl)
  const running = () => {
    if (!app) throw new Error('The app was not started')
    return app
  }
  return {
    ...{ issuer, front, appUrl, env, client, rows, app: running },
    newBrowser: () => visitor({ name: 'alice', appUrl }),
    async restart(changes) {
      await running().stop()
      app = await startApp({ ...env, ...changes })
    },
    async stop() {
      await running().stop()
      await rows.close()
      await Promise.all([front.close(), server.stop()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function clientOf({ id, driver }: Issuer, appUrl: string): Client {
  const callback = driver === 'auth0' ? '/auth/callback' : '/api/auth/callback/oidc'
  return {
    ...{ id: `login-${id}`, secret: `three-of_${id}.0f3a`, redirectUris: [appUrl + callback] },
    ...{ logoutUris: [appUrl], auth: 'client_secret_basic' },
  }
}

/** What docs/login.md says for either driver. */
function loginSettings(issuer: Issuer, url: string, client: Client, appUrl: string): Settings {
  if (issuer.driver === 'auth0')
    return {
      AUTH0_DOMAIN: url,
      AUTH0_CLIENT_ID: client.id,
      AUTH0_CLIENT_SECRET: client.secret,
    }
  return {
    LOGIN_DRIVER: 'oidc',
    OIDC_ISSUER: issuer.issuer(url),
    OIDC_CLIENT_ID: client.id,
    OIDC_CLIENT_SECRET: client.secret,
    NEXTAUTH_URL: appUrl,
    NEXTAUTH_SECRET: key().slice(2),
  }
}
