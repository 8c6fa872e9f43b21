import type { IncomingMessage, ServerResponse } from 'node:http'
import { requestTo } from '../browser-client.ts'
import type { Certificate } from '../self-signed.ts'
import { listen, type RunningServer, readBody } from '../stand-in/server.ts'

/** One request as it came, and the server's own answer to it, whatever became of that on the way. */
export type Exchange = {
  method: string
  path: string
  form: URLSearchParams
  authorization: string | undefined
  status: number
  answer: string
}

export type Front = {
  /** What the server is called: everything that is said to it comes by here. */
  url: string
  /** Every exchange so far whose path ends so. */
  exchanges: (path: string) => Exchange[]
  /** The server answers the next request at this path, and the answer is lost. */
  loseNextAnswer: (path: string) => void
  /** While `work` runs, nobody listens here. */
  whileDown: (work: () => Promise<void>) => Promise<void>
  /** While `work` runs, everything is answered with 503, and the server asked nothing. */
  whileOverloaded: (work: () => Promise<void>) => Promise<void>
  close: () => Promise<void>
}

/**
 * A listener before a server, which passes on every byte as it is, remembers it, and can be in trouble.
 * @param certificate where the server speaks https: then this does too, as localhost
 */
export async function startFront(
  name: string,
  innerPort: number,
  certificate?: Certificate,
): Promise<Front> {
  const scheme = certificate ? 'https' : 'http'
  const inner = new URL(`${scheme}://127.0.0.1:${innerPort}`)
  const log: Exchange[] = []
  const lost = new Set<string>()
  let isOverloaded = false
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse) =>
    void passOn(incoming, inner).then(
      ({ exchange, headers, bytes }) => {
        log.push(exchange)
        if (lost.delete(exchange.path)) return outgoing.destroy()
        outgoing.writeHead(exchange.status, headers).end(bytes)
      },
      () => outgoing.destroy(),
    )
  const start = (port: number) =>
    listen(
      (incoming, outgoing) => {
        if (isOverloaded) outgoing.writeHead(503).end('Service Unavailable')
        else handle(incoming, outgoing)
      },
      { name, port, certificate },
    )
  let running: RunningServer = await start(0)
  const { port } = running
  return {
    url: `${scheme}://${certificate ? 'localhost' : '127.0.0.1'}:${port}`,
    exchanges: (path) => log.filter((one) => one.path.endsWith(path)),
    loseNextAnswer: (path) => void lost.add(path),
    async whileDown(work) {
      await running.close()
      await work().finally(async () => {
        running = await start(port)
      })
    },
    async whileOverloaded(work) {
      isOverloaded = true
      await work().finally(() => {
        isOverloaded = false
      })
    },
    close: () => running.close(),
  }
}

type Passed = { exchange: Exchange; headers: IncomingMessage['headers']; bytes: Buffer }

async function passOn(incoming: IncomingMessage, server: URL): Promise<Passed> {
  const { method = 'GET', url = '/', headers } = incoming
  const body = await readBody(incoming)
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = requestTo(server, { method, path: url, headers })
    outgoing.on('response', resolve).on('error', reject)
    outgoing.end(body)
  })
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const exchange: Exchange = {
    method,
    path: url.split('?', 1)[0] ?? '',
    form: new URLSearchParams(body),
    authorization: headers.authorization,
    status: answer.statusCode ?? 0,
    answer: bytes.toString('utf8'),
  }
  const { 'transfer-encoding': _, ...kept } = answer.headers
  return { exchange, headers: { ...kept, 'content-length': String(bytes.length) }, bytes }
}
