import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { freshKeys } from './keys.ts'
import { root } from './run.ts'

/**
 * Starts what was built in `folder` once, with settings of its own, and stops it: what that compiled is
 * kept (start.mjs), and a first start takes three quarters of the time.
 * @throws {Error} with what it said, when it does not start, or not end well
 */
export async function warm(folder: string): Promise<void> {
  const env = await madeUp()
  const child = spawn(process.execPath, ['start.mjs'], { cwd: folder, env, timeout: 30_000 })
  const ended = once(child, 'close')
  let said = ''
  const isReady = new Promise<void>((ready) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said += chunk
        if (said.includes('Ready on')) ready()
      })
  })
  await Promise.race([isReady.then(() => visit(env.APP_BASE_URL, child)), ended])
  const [code] = await ended
  if (code !== 0) throw new Error(`It ended with ${code}:\n${said}`)
}

/** What a person and a job begin with: the first page of each kind, and a token. */
async function visit(url: string, child: ChildProcess): Promise<void> {
  await fetch(url)
  await fetch(`${url}/api/integrations/none/token`, { method: 'POST' })
  child.kill('SIGTERM')
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
    // What was built is as good as without.
    console.warn(`The first start will take longer. ${error instanceof Error ? error.message : ''}`)
  }
}
