import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { freshKeys } from './keys.ts'
import { root } from './run.ts'

/**
 * Starts what was built in `folder` once, with settings of its own, and ends it: what that compiled is
 * kept (start.mjs) for this user and this Node, and a first start takes three quarters of the time.
 * @throws {Error} with what it said, when it does not start within 30 seconds, or not end
 */
export async function warm(folder: string): Promise<void> {
  const env = await madeUp()
  const child = spawn(process.execPath, ['--import', leash, 'start.mjs'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const deadline = setTimeout(() => child.kill('SIGKILL'), 30_000).unref()
  const ended = once(child, 'exit')
  let said = ''
  const isReady = new Promise<'ready'>((ready) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        said += chunk
        if (said.includes('Ready on')) ready('ready')
      })
  })
  const first = await Promise.race([isReady, ended])
  if (first === 'ready') await visit(env.APP_BASE_URL)
  if (child.connected) child.disconnect()
  const [code] = await ended
  clearTimeout(deadline)
  if (first !== 'ready' || code !== 0) throw new Error(`It ended with ${code}:\n${said}`)
}

/** By which the child ends as we let go of it, on every platform, and with us whatever becomes of us. */
const leash = pathToFileURL(join(root, 'scripts/leash.mjs')).href

/** What a person and a job begin with: a page, and a token. That they are not answered is no matter. */
async function visit(url: string): Promise<void> {
  const signal = AbortSignal.timeout(10_000)
  const token = { method: 'POST', signal }
  await fetch(url, { signal }).catch(() => undefined)
  await fetch(`${url}/api/integrations/none/token`, token).catch(() => undefined)
  // What a start puts off, it does after a second (lib/boot.ts).
  await sleep(1_200)
}

/** Nobody's: nothing of what is really set is read, and nothing is left behind. */
async function madeUp() {
  const [port, { PATH, HOME, TMPDIR, SystemRoot }] = [await freePort(), process.env]
  return {
    ...{ PATH, HOME, TMPDIR, SystemRoot },
    ...freshKeys(),
    NODE_ENV: 'production' as const,
    NEXT_TELEMETRY_DISABLED: '1',
    __NEXT_PROCESSED_ENV: 'true',
    PORT: String(port),
    APP_BASE_URL: `http://localhost:${port}`,
    ALLOW_INSECURE_LOCALHOST: 'true',
    DATABASE_URL: 'file::memory:',
    AUTH0_DOMAIN: 'login.invalid',
    AUTH0_CLIENT_ID: 'none',
    AUTH0_CLIENT_SECRET: 'none',
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await warm(root)
  } catch (error) {
    // What was built is as good without.
    console.warn(`The first start will take longer. ${error instanceof Error ? error.message : ''}`)
  }
}
