import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Settings } from '#e2e/settings'
import { freePort } from '#e2e/stand-in/server'
import { root, run } from '#scripts/run'
import type { Place } from './place.ts'
import { peers } from './prepare.ts'
import { type Served, serve, surroundings } from './serve.ts'

const next = join(root, 'node_modules/next/dist/bin/next')

/** The app as `npm start` starts it: the token route is answered before Next. */
export function serveApp(env: Settings): Promise<Served> {
  const port = Number(env.PORT)
  return serve({ name: 'server.ts', run: ['start.mjs'], port, env, healthPath: '/api/health' })
}

/** The app as Next alone serves it. */
export function servePortable(env: Settings): Promise<Served> {
  const port = Number(env.PORT)
  const healthPath = '/api/health'
  return serve({
    name: 'next start',
    run: [next, 'start', '-p', String(port)],
    port,
    env,
    healthPath,
  })
}

/** A Next app of the peers: `empty`, or `auth-app` with better-auth. */
export async function serveNextPeer(
  app: 'empty' | 'auth-app',
  env: Record<string, string> = {},
  healthPath = '/api/empty',
): Promise<Served> {
  const port = await freePort()
  const folder = join(peers, app)
  const start = [next, 'start', '-p', String(port)]
  return serve({ name: app, run: start, port, env, healthPath, folder })
}

/** A peer that is one file on node:http or Express. */
export async function servePeer(file: string, env: Record<string, string> = {}): Promise<Served> {
  const port = await freePort()
  return serve({ name: file, run: [join(peers, file)], port, env, healthPath: '/empty' })
}

export type AuthPeer = { env: Record<string, string>; cookies: string[] }

/** A database of better-auth with so many users, and the settings of whoever serves it. */
export async function authPeer(
  { folder, provider }: Place,
  { count, lifeS = 86_400 }: { count: number; lifeS?: number },
): Promise<AuthPeer> {
  const env = {
    BENCH_DATABASE: join(folder, `auth-${randomBytes(4).toString('hex')}.db`),
    BENCH_SECRET: randomBytes(32).toString('hex'),
    BENCH_PROVIDER: provider.url,
  }
  const seed = [process.execPath, join(peers, 'auth-seed.mjs'), String(count), String(lifeS)]
  const { code, output } = await run(seed, { env: { ...surroundings(), ...env } })
  if (code !== 0) throw new Error(`better-auth's users could not be written:\n${output}`)
  return { env, cookies: JSON.parse(output) }
}
