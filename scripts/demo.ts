import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startSpa } from '#e2e/spa-server'
import { type StandIns, startStandIns } from '#e2e/stand-in/start'
import { settings } from '#lib/settings/table'
import { buildIfStale } from './build.ts'
import { buildSpa } from './build-spa.ts'
import { makeDemoKey } from './demo-key.ts'
import { addToEnvFile, readEnvFile } from './env-file.ts'
import { freshKeys } from './keys.ts'
import { takenPort } from './ports.ts'
import { root, stopRunning } from './run.ts'

const port = Number(process.env.PORT || 3000)
const appUrl = `http://localhost:${port}`
const acmeUrl = `http://127.0.0.1:${port + 2}`
const spaUrl = `http://127.0.0.1:${port + 4}`
const endings: (() => Promise<void>)[] = []
let isStopping = false

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(0))
process.on('disconnect', () => stop(0))

try {
  await demo()
} catch (error) {
  if (!isStopping) console.error(error instanceof Error ? error.message : error)
  await stop(1)
}

/** The whole product on this machine, with stand-ins for Auth0 and for two third parties. */
async function demo(): Promise<void> {
  await checkPorts()
  const secrets = keptSecrets()
  if (!(await buildIfStale(() => console.log('Building the app. This is done once …'))))
    throw new Error('The app could not be built; the reason is above.')
  if (isStopping) return
  console.log('Starting …')
  const standIns = await startStandIns({
    appUrl,
    loginPort: port + 1,
    acmePort: port + 2,
    plainPort: port + 3,
    spaUrls: [spaUrl],
  })
  endings.push(() => standIns.stop())
  await startTracklist(standIns)
  if (isStopping) return
  const env = appEnvironment({ ...secrets, ...standIns.env })
  await untilHealthy(startApp(env))
  await makeDemoKey(env, port)
  console.log(greeting())
}

/** Another company's single-page app, on an origin of its own. */
async function startTracklist({ login }: StandIns): Promise<void> {
  const auth0 = { domain: login.url, clientId: login.spaClientId, audience: login.audience }
  const config = { name: 'Tracklist', grantkeeperUrl: appUrl, auth0 }
  const spa = await startSpa({ files: await buildSpa(), url: spaUrl, config })
  endings.push(() => spa.close())
}

async function checkPorts(): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65_531)
    throw new Error(
      'PORT must be a whole number from 1 to 65531: the demo also uses the next four.',
    )
  const taken = await takenPort([0, 1, 2, 3, 4].map((next) => port + next))
  if (taken === undefined) return
  const other = port === 4000 ? 5000 : 4000
  throw new Error(
    `Port ${taken} is taken by another program. Stop that one, or choose other ports: PORT=${other} npm run demo`,
  )
}

/** Secrets are made once and kept. The database begins anew, as the third parties do: they forget. */
function keptSecrets(): Record<string, string> {
  const file = join(root, '.env.demo')
  addToEnvFile(file, freshKeys())
  mkdirSync(join(root, 'data'), { recursive: true })
  for (const ending of ['', '-wal', '-shm'])
    rmSync(join(root, `data/demo.db${ending}`), { force: true })
  const { DEMO_PORT: _port, DEMO_API_KEY: _key, ...secrets } = readEnvFile(file)
  return secrets
}

function appEnvironment(brought: Record<string, string>): NodeJS.ProcessEnv {
  return {
    ...withoutRealSettings(),
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    DATABASE_URL: 'file:./data/demo.db',
    ALLOW_INSECURE_LOCALHOST: 'true',
    LOG_LEVEL: 'warn',
    ...brought,
    PORT: String(port),
    APP_BASE_URL: appUrl,
  }
}

/** In a process group of its own, so that Ctrl-C reaches it through us, in order. */
function startApp(env: NodeJS.ProcessEnv): ChildProcess {
  const leash = join(root, 'scripts/leash.mjs')
  const child = spawn(process.execPath, ['--import', `file://${leash}`, join(root, 'start.mjs')], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env,
  })
  let said = ''
  child.stdout?.on('data', (chunk) => {
    said = (said + chunk).slice(-8000)
  })
  child.stderr?.on('data', (chunk) => {
    // The login's SDK warns of what the demo does on purpose: a login issuer without TLS.
    if (!String(chunk).startsWith('allowInsecureRequests is enabled')) process.stderr.write(chunk)
  })
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  child.once('exit', () => {
    if (!isStopping) console.error(`${said}\nThe app has stopped by itself.`)
    void stop(1)
  })
  endings.unshift(() => end(child, ended))
  return child
}

/** The demo shall not touch what a real set-up names, be it in the shell or in .env.local. */
function withoutRealSettings(): Record<string, string | undefined> {
  const files = ['.env', '.env.local', '.env.production', '.env.production.local']
  const named = files.flatMap((file) => Object.keys(readEnvFile(join(root, file))))
  const blank = [...Object.keys(settings.shape), ...named].map((name) => [name, ''])
  return { ...process.env, ...Object.fromEntries(blank) }
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  const group = (signal: NodeJS.Signals) => {
    try {
      process.kill(-(child.pid ?? Number.NaN), signal)
    } catch {
      child.kill(signal) // No such group: it is gone already, or this is Windows.
    }
  }
  group('SIGTERM')
  const kill = setTimeout(() => group('SIGKILL'), 5000)
  await ended
  clearTimeout(kill)
}

async function untilHealthy(app: ChildProcess): Promise<void> {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline && app.exitCode === null && !isStopping) {
    const answer = await fetch(`${appUrl}/api/health`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((done) => setTimeout(done, 150))
  }
  throw new Error('The app did not start.')
}

function greeting(): string {
  return `
  Grantkeeper is running:  ${appUrl}

  Log in    as alice, bob or mallory: choose one on the login page, there is no password.
  Connect   Acme: press Connect, allow it at the third party, and see it connected.
  Look      at Acme's side of it: ${acmeUrl}/connections
  Disconnect, and look there again: the grant is gone.
  Work      without Alice: npm run demo:job, in a second terminal, uses her grant every few seconds.
  Look in   from another origin: Tracklist, a single-page app, connects at ${spaUrl}
  Disturb   it: Acme fails, slows down and forgets by the switches at ${acmeUrl}/switches

  Everything runs on this machine. Ctrl-C stops all of it.
`
}

/** Once, however often it is asked for: the app first, then what it talks to. */
async function stop(code: number): Promise<void> {
  if (isStopping) return
  isStopping = true
  stopRunning()
  const patience = setTimeout(() => process.exit(code), 8000)
  for (const ending of endings) await ending().catch(() => {})
  clearTimeout(patience)
  process.exit(code)
}
