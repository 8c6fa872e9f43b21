// Serves one function of `vercel build --standalone` from its own folder, as Vercel's launcher does.
//   node serve-function.mjs FOLDER
// Plain JavaScript, and not one import of the project: what the function lacks is to be seen.
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Readable } from 'node:stream'

const folder = process.argv[2] ?? '.'
const launcher = createRequire(import.meta.url)(join(folder, '___next_launcher.cjs'))

const server = createServer(launcher.length > 1 ? launcher : byWebApi)
server.once('request', (_, response) => response.once('finish', tellColdStart))
server.listen(0, '127.0.0.1', () => console.log(`Listening on ${server.address().port}`))

/** From the start of this process: what the first caller waited for, and how much of that was work. */
function tellColdStart() {
  const { user, system } = process.cpuUsage()
  const [waited, worked] = [performance.now(), (user + system) / 1000].map(Math.round)
  console.log(`First answer after ${waited} ms, of them ${worked} ms of computing`)
}

/** The function of the proxy takes a `Request` and gives a `Response`. */
async function byWebApi(request, response) {
  const { method, url, headers } = request
  const asked = new Request(new URL(url, `http://${headers.host}`), { method, headers })
  const answer = await launcher(asked)
  response.writeHead(answer.status, [...answer.headers].flat())
  if (answer.body) Readable.fromWeb(answer.body).pipe(response)
  else response.end()
}
