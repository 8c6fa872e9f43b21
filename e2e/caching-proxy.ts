import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { requestTo } from './browser-client.ts'
import { listen, readBody } from './stand-in/server.ts'

export type CachingProxy = {
  url: string
  /** What was answered without asking the app: method and path. */
  hits: readonly string[]
  close: () => Promise<void>
}

type Kept = { status: number; headers: IncomingHttpHeaders; body: Buffer }

/**
 * A shared cache in front of the app, of the careless kind: it keeps whatever no header forbids to be
 * kept (RFC 9111 §5.2.2: `no-store`, `private`), of any method and status, whoever asked and whatever
 * the body was, and answers `If-None-Match` by itself.
 */
export async function startCachingProxy(appUrl: string): Promise<CachingProxy> {
  const kept = new Map<string, Kept>()
  const hits: string[] = []
  const server = await listen(
    async (incoming, response) => {
      const { method = 'GET', url = '/' } = incoming
      const key = `${method} ${url}`
      const body = await readBody(incoming)
      const hit = kept.get(key)
      if (hit) hits.push(key)
      const answer = hit ?? (await forward(incoming, body, new URL(url, appUrl)))
      if (!/no-store|private/i.test(answer.headers['cache-control'] ?? '')) kept.set(key, answer)
      const { etag } = answer.headers
      const isKnown = etag !== undefined && incoming.headers['if-none-match'] === etag
      response.writeHead(isKnown ? 304 : answer.status, forwarded(answer.headers))
      response.end(isKnown ? undefined : answer.body)
    },
    { name: 'caching proxy', port: 0 },
  )
  return { url: `http://localhost:${server.port}`, hits, close: server.close }
}

function forward({ method, headers }: IncomingMessage, body: string, to: URL): Promise<Kept> {
  return new Promise((resolve, reject) => {
    const outgoing = requestTo(to, { method, headers })
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const { statusCode: status = 502, headers } = incoming
        resolve({ status, headers, body: Buffer.concat(chunks) })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Headers that are for one connection stay behind (RFC 9110 §7.6.1). */
function forwarded(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const {
    connection: _connection,
    'keep-alive': _alive,
    'transfer-encoding': _encoding,
    'content-length': _length,
    ...kept
  } = headers
  return kept
}
