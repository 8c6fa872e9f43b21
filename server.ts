import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import next from 'next'
import { type Core, ownServer } from '#app/api/own-server'
import { answerAtMouth } from '#app/api/token-mouth'
import { adoptBuiltConfig, tellOwnOrigin } from '#lib/built-config'
import { answerAtDoor, refuseUpgrade } from '#lib/door'
import { type Listening, listen, originOf } from '#lib/listen'

/**
 * The self-hosted entry: Next in a server of our own, which answers the token route itself and stops
 * gracefully. On SIGTERM it takes no more requests, ends those that are on, lets refreshes in flight be
 * stored, and exits with 0.
 */
adoptBuiltConfig(import.meta.dirname)
const own = ownServer()
own.isHere = true
const app = next({ dev: false, dir: import.meta.dirname })
let listening: Listening = { servers: [], addresses: [] }
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void stop().finally(() => process.exit(0)))

const core = await prepared().catch((error: Error) => fail(`start: ${error.message}`))
const handle = app.getRequestHandler()
const { PORT, APP_BASE_URL, KEEP_ALIVE_TIMEOUT_S } = core.env()
const always = Object.entries(core.strictTransport(core.env()))
const where = { hosts: core.listensOn(core.env()), port: PORT }
tellOwnOrigin(originOf(where))
listening = await listen(where, prepare, answer).catch((error: Error) => fail(error.message))
console.log(`Ready on ${APP_BASE_URL[0]}, listening on ${listening.addresses.join(' and ')}`)

function answer(request: IncomingMessage, response: ServerResponse): void {
  for (const [name, value] of always) response.setHeader(name, value)
  if (answerAtDoor(request, response) || answerAtMouth(request, response, core.answerToken)) return
  void handle(request, response)
}

function prepare(server: Server): void {
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_S * 1000
  server.on('upgrade', refuseUpgrade)
}

/** @throws {Error} what keeps the build from being served */
async function prepared(): Promise<Core> {
  await app.prepare()
  // Next begins it, and serves before it has ended: what must be right would be unchecked until then.
  const hooks = await import(
    'next/dist/server/lib/router-utils/instrumentation-globals.external.js'
  )
  await hooks.ensureInstrumentationRegistered(import.meta.dirname, '.next')
  if (!own.core) throw new Error('the build in .next is of another version: npm run build')
  return own.core
}

/** Of an error that is thrown here, listeners of Next's would only write it down: the end would be a 0. */
function fail(why: string): never {
  console.error(`The server cannot ${why}`)
  process.exit(1)
}

/**
 * Within 14 seconds, or four more than a call may take: what stops us mostly waits for 15. What was not there
 * yet need not be stopped.
 */
async function stop(): Promise<void> {
  const landingMs = Math.max(12_000, (own.core?.env().TOKEN_DEADLINE_MS ?? 0) + 2_000)
  const landed = own.core?.land(landingMs)
  const allClosed = Promise.all(listening.servers.map(closed))
  await Promise.race([allClosed, new Promise((late) => setTimeout(late, landingMs))])
  await landed
  await own.core?.storeUses()
  await app.close()
}

/** No new connections; idle ones are closed, also those that have just been answered, the others then. */
function closed(server: Server): Promise<void> {
  return new Promise((done) => {
    const sweeping = setInterval(() => server.closeIdleConnections(), 50)
    server.close(() => {
      clearInterval(sweeping)
      done()
    })
  })
}
