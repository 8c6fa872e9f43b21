import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

type Answer = { status?: number; headers?: Record<string, string>; body?: unknown }

export type Asked = {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: Record<string, unknown> | undefined
}

export type Server = {
  url: string
  asked: Asked[]
  /** What it answers to `METHOD path` from now on; 404 to everything else. */
  answers: Record<string, Answer>
  close: () => Promise<void>
}

/** A real server in the place of Grantkeeper. */
export async function startServer(): Promise<Server> {
  const asked: Asked[] = []
  const answers: Record<string, Answer> = {}
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request
    const text = (await Array.fromAsync(request)).join('')
    asked.push({ method, path, headers, body: text ? JSON.parse(text) : undefined })
    const answer = answers[`${method} ${path}`] ?? problem('not_found', 404)
    response.writeHead(answer.status ?? 200, answer.headers)
    response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answers,
    close: () => new Promise((done) => server.close(() => done()).closeAllConnections()),
  }
}

/** As RFC 9457 has it. */
export function problem(
  code: string,
  status: number,
  headers: Record<string, string> = {},
): Answer {
  const all = { 'content-type': 'application/problem+json', ...headers }
  return { status, headers: all, body: { type: 'about:blank', title: code, status, code } }
}
