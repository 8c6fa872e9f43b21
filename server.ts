import { createServer, type Server } from 'node:http'
import next from 'next'
import { ownServer } from '#app/api/own-server'
import { answerAtMouth } from '#app/api/token-mouth'
import { adoptBuiltConfig } from '#lib/built-config'
import { answerAtDoor, refuseUpgrade } from '#lib/door'

/**
 * The self-hosted entry: Next in a server of our own, which answers the token route itself and stops
 * gracefully. On SIGTERM it takes no more requests, ends those that are on, lets refreshes in flight be
 * stored, and exits with 0.
 */
adoptBuiltConfig(import.meta.dirname)
const own = ownServer()
own.isHere = true
const app = next({ dev: false, dir: import.meta.dirname })
await app.prepare()
// Next itself would wait for the first request with it, and until then nothing would have been checked.
const hooks = await import('next/dist/server/lib/router-utils/instrumentation-globals.external.js')
await hooks.ensureInstrumentationRegistered(import.meta.dirname, '.next')
if (!own.core) {
  // Thrown, it would only be logged, by a listener of Next's, and the process end with 0.
  console.error('The build in .next is of another version: npm run build')
  process.exit(1)
}
const { answerToken, env, land, storeUses } = own.core
const handle = app.getRequestHandler()
const server = createServer((request, response) => {
  if (answerAtDoor(request, response) || answerAtMouth(request, response, answerToken)) return
  void handle(request, response)
})
server.on('upgrade', refuseUpgrade)
server.once('error', (error) => {
  console.error(`The server cannot listen on port ${env().PORT}: ${error.message}`)
  process.exit(1)
})
server.listen(env().PORT, () => console.log(`Ready on ${env().APP_BASE_URL[0]}`))

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void stop().finally(() => process.exit(0)))

/** Within 14 seconds: what stops us mostly waits for 15. */
async function stop(): Promise<void> {
  const landed = land(12_000)
  await Promise.race([closed(server), new Promise((late) => setTimeout(late, 12_000))])
  await landed
  await storeUses()
  await app.close()
}

/** No new connections; idle ones are closed, also those that have just been answered, the others then. */
function closed(listening: Server): Promise<void> {
  return new Promise((done) => {
    const sweeping = setInterval(() => listening.closeIdleConnections(), 50)
    listening.close(() => {
      clearInterval(sweeping)
      done()
    })
  })
}
