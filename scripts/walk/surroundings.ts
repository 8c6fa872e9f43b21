import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { selfSigned } from '#e2e/self-signed'
import { startLogin } from '#e2e/stand-in/login'
import { startScripted } from '#e2e/stand-in/scripted'
import { scriptedEntry } from '#e2e/stand-in/scripted-entry'
import { freePort } from '#e2e/stand-in/server'
import { clientEnv, loginEnv, providersFile } from '#e2e/stand-in/start'
import { createDatabase, startPostgres } from '../../db/testing/embedded-postgres.ts'
import { addToEnvFile } from '../env-file.ts'
import { freshKeys } from '../keys.ts'
import { root } from '../run.ts'
import { postgresPrograms } from './programs.ts'
import { type Place, runToEnd } from './shell.ts'

/** A fresh clone, an empty home, and what a page takes for granted: a login, a third party, a database. */
export type Surroundings = {
  place: Place
  databaseUrl: string
  /** The page's words for this machine's: ports, names and folders. */
  here: (text: string) => string
  /** Where the app is called directly, and where people call it. */
  appUrl: string
  publicUrl: string
  remove: () => Promise<void>
}

const publicHost = 'app.localhost'

export async function makeSurroundings(): Promise<Surroundings> {
  const whole = await mkdtemp(join(tmpdir(), 'grantkeeper-docs-'))
  const [port, second, front, plain] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  const urls = {
    appUrl: `http://localhost:${port}`,
    publicUrl: `https://${publicHost}:${front}`,
  }
  const place = await cloneInto(whole)
  const { env, close } = await startOthers(Object.values(urls))
  const own = { APP_BASE_URL: urls.appUrl, PORT: String(port), ...env, ...freshKeys() }
  addToEnvFile(join(place.folder, '.env.local'), own)
  const postgres = await startPostgres({ programs: postgresPrograms() })
  await writeCertificate(whole)
  const words = [
    ['https://app.example.com', urls.publicUrl],
    ['http://app.example.com', `http://${publicHost}:${plain}`],
    ['app.example.com', publicHost],
    ['listen 443', `listen 127.0.0.1:${front}`],
    ['listen 80', `listen 127.0.0.1:${plain}`],
    [':3000', `:${port}`],
    ['3001', String(second)],
    ['/etc/ssl/', `${whole}/`],
    ['/var/log/nginx/', `${whole}/`],
  ] as const
  return {
    place,
    databaseUrl: await createDatabase(postgres.url),
    here: (text) => words.reduce((done, [theirs, ours]) => done.replaceAll(theirs, ours), text),
    ...urls,
    async remove() {
      await Promise.all([close(), postgres.stop()])
      await rm(whole, { recursive: true, force: true })
    },
  }
}

/** What is committed, in a folder without packages; a home without settings, and this process's Node. */
async function cloneInto(whole: string): Promise<Place> {
  const [HOME, folder] = [join(whole, 'home'), join(whole, 'grantkeeper')]
  await mkdir(HOME)
  const PATH = [dirname(process.execPath), postgresPrograms(), process.env.PATH].join(':')
  const env = {
    ...{ HOME, PATH, LANG: 'C.UTF-8', npm_config_update_notifier: 'false' },
    CURL_CA_BUNDLE: join(whole, 'app.pem'),
    ...wayOut(),
  }
  const [cloned] = await runToEnd([`git clone --quiet '${root}' '${folder}'`], {
    folder: whole,
    env,
  })
  if (cloned?.code !== 0) throw new Error(`git clone: ${cloned?.output}`)
  return { folder, env }
}

/** Of the shell's own settings only those by which npm gets to its registry from here. */
function wayOut(): Record<string, string> {
  const names = ['NODE_EXTRA_CA_CERTS', 'HTTPS_PROXY', 'NO_PROXY']
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name]
      return value ? [[name, value]] : []
    }),
  )
}

/** The login issuer, and a third party that consents at once. */
async function startOthers(appUrls: string[]) {
  const redirectUris = appUrls.map((url) => `${url}/api/integrations/acme/callback`)
  const [login, acme] = await Promise.all([
    startLogin({ port: 0, appUrls }),
    startScripted({ id: 'acme', redirectUris }),
  ])
  const file = await providersFile([scriptedEntry(acme)])
  return {
    env: { ...loginEnv(login), ...clientEnv('acme', acme.client), PROVIDERS_FILE: file.path },
    close: () => Promise.all([login.close(), acme.close(), file.remove()]),
  }
}

async function writeCertificate(folder: string): Promise<void> {
  const { cert, key } = selfSigned(new Date(), publicHost)
  await writeFile(join(folder, 'app.pem'), cert)
  await writeFile(join(folder, 'app.key'), key)
}
