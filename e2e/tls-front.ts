import { request } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type Certificate, selfSigned } from './self-signed.ts'

export type TlsFront = { port: number; url: string; close: () => Promise<void> }

/**
 * A TLS-terminating reverse proxy at https://localhost, as a deployment would have one.
 * @param target a port of this machine, or which one for a Host: 0 for a name that nobody has
 */
export async function startTlsFront(
  target: number | ((host: string) => number),
  certificate: Certificate = selfSigned(),
): Promise<TlsFront> {
  const server = createServer(certificate, (incoming, response) => {
    const headers = {
      ...incoming.headers,
      'x-forwarded-proto': 'https',
      'x-forwarded-host': incoming.headers.host ?? '',
      'x-forwarded-for': '127.0.0.1',
    }
    const { method, url } = incoming
    const port = typeof target === 'number' ? target : target(incoming.headers.host ?? '')
    const outgoing = request(
      { host: '127.0.0.1', port, method, path: url, headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        answer.pipe(response)
      },
    )
    outgoing.on('error', () => response.headersSent || response.writeHead(502).end())
    incoming.pipe(outgoing)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port: actual } = server.address() as AddressInfo
  return {
    port: actual,
    url: `https://localhost:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
