import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { CallHeaders } from '#lib/callers'
import type { Answer } from './answer.ts'
import { everywhere, ofApi } from './response-headers.ts'
import type { TokenCall } from './token-answer.ts'

/**
 * Answers a backend job that asks for an access token, without Next: the same answers, for a tenth of the
 * work. What is written in any other way than this, Next reads.
 * @returns whether it is such a request
 */
export function answerAtMouth(
  request: IncomingMessage,
  response: ServerResponse,
  answerToken: (call: TokenCall) => Promise<Answer>,
): boolean {
  const provider = request.method === 'POST' ? path.exec(request.url ?? '')?.[1] : undefined
  if (provider === undefined) return false
  const headers = readable(request.headers)
  const text = (maxBytes: number) => readText(request, maxBytes)
  answerToken({ provider, headers, text }).then(
    (answer) => send(response, answer),
    () => response.destroy(),
  )
  return true
}

const path = /^\/api\/integrations\/([a-z0-9-]{1,40})\/token$/

function readable(headers: IncomingHttpHeaders): CallHeaders {
  return {
    has: (name) => headers[name] !== undefined,
    get: (name) => headers[name]?.toString() ?? null,
  }
}

/** What is beyond `maxBytes` is dropped as it comes, as Node does with a body that nobody reads. */
function readText(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  if (request.destroyed) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) chunks.push(chunk)
      else resolve(undefined)
    })
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    request.on('error', () => resolve(undefined))
  })
}

const always = { ...everywhere, ...ofApi }

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  // With its length it leaves in one piece, and is not chunked.
  const length = Buffer.byteLength(body)
  response.writeHead(status, { ...always, ...headers, 'content-length': length })
  response.end(body)
}
