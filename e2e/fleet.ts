import { type App, startApp } from './app.ts'
import { type DatabaseKind, startDatabase } from './databases.ts'
import { type PostgresProxy, startPostgresProxy } from './postgres-proxy.ts'
import type { Settings } from './settings.ts'
import { setup } from './setup.ts'
import { freePort } from './stand-in/server.ts'
import { startWorld, type World, type WorldOptions } from './world.ts'

/** One of several instances: what stays when its process is another. */
export type Member = {
  /** The process of now. */
  app: App
  env: Settings
  /** What all its processes wrote. */
  output: () => string
  /** SIGKILL, here or from elsewhere; returns once it is dead. It stays so until it is restarted. */
  crash: () => Promise<void>
  /** Waits for a SIGKILL that somebody else sends. */
  crashed: () => Promise<void>
  freeze: () => void
  thaw: () => void
  restart: (changes?: Settings) => Promise<void>
}

/** Several instances of the app on one database, with the same keys. */
export type Fleet = {
  /** Login and third parties. Its app is the first member; browsers visit that one. */
  world: World
  members: readonly Member[]
  /** Between the app and the server, where the database is Postgres. */
  proxy: PostgresProxy | undefined
  /** Thaws and restarts whatever does not run as it should. */
  mend: () => Promise<void>
  /** Marks the present; what it returns gives what the members have written since. */
  listen: () => () => string
  stop: () => Promise<void>
}

/** Those on which a fleet is tried that has to be on both: what the run's set-up is not about is left out. */
export const dialects: readonly DatabaseKind[] =
  setup.database === 'postgres' ? ['postgres'] : ['sqlite', 'postgres']

export type FleetOptions = Pick<WorldOptions, 'entries'> & {
  /** Default: as the run's set-up. */
  dialect?: DatabaseKind
  size: number
  /** Postgres without the proxy, which is one more thing to wait for in a storm. */
  isDirect?: boolean
  /** Laid over the settings of all, or of one. */
  env?: Settings
  envOf?: (member: number) => Settings
}

/** Starts the fleet; its members differ in their ports alone, unless `envOf` says otherwise. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { dialect = setup.database, size, env = {}, envOf = () => ({}), entries = {} } = options
  const storage = dialect === 'postgres' ? await startStorage() : undefined
  const place = storage ? { databaseUrl: storage.databaseUrl } : {}
  const way: Settings = storage && !options.isDirect ? { DATABASE_URL: storage.proxy.url } : {}
  const world = await startWorld({ ...place, entries, env: { ...way, ...env, ...envOf(0) } })
  const others = await Promise.all(
    Array.from({ length: size - 1 }, async (_, index) =>
      startMember({ ...world.env, PORT: String(await freePort()), ...envOf(index + 1) }),
    ),
  )
  const members = [firstMember(world), ...others]
  return {
    world,
    members,
    proxy: storage?.proxy,
    mend: async () => void (await Promise.all(members.map(mend))),
    listen() {
      const heard = members.map(({ output }) => output().length)
      return () => members.map(({ output }, index) => output().slice(heard[index])).join('\n')
    },
    async stop() {
      for (const member of members) member.thaw()
      await Promise.all(others.map(({ app }) => app.stop()))
      await world.stop()
      await storage?.stop()
    },
  }
}

async function startStorage() {
  const database = await startDatabase('postgres')
  const { databaseUrl = '' } = database.named
  const proxy = await startPostgresProxy(databaseUrl)
  const stop = async () => {
    await proxy.close()
    await database.stop()
  }
  return { databaseUrl, proxy, stop }
}

async function startMember(env: Settings): Promise<Member> {
  return member(env, await startApp(env))
}

/** The world's own app, kept where the world looks for it. */
function firstMember(world: World): Member {
  const first = member(world.env, world.app)
  return Object.defineProperty(first, 'app', {
    get: () => world.app,
    set: (app: App) => {
      world.app = app
    },
  })
}

function member(env: Settings, app: App): Member {
  let earlier = ''
  const one: Member = {
    app,
    env,
    output: () => earlier + one.app.output(),
    crash() {
      one.app.signal('SIGKILL')
      return one.crashed()
    },
    crashed: () => one.app.ended(),
    freeze: () => one.app.signal('SIGSTOP'),
    thaw: () => one.app.signal('SIGCONT'),
    async restart(changes = {}) {
      one.thaw()
      await one.app.stop()
      earlier += one.app.output()
      one.env = { ...one.env, ...changes }
      one.app = await startApp(one.env)
    },
  }
  return one
}

async function mend(one: Member): Promise<void> {
  one.thaw()
  if (!one.app.isAlive()) await one.restart()
}
