import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { type Certificate, selfSigned } from './self-signed.ts'

export type TlsFront = { port: number; url: string; close: () => Promise<void> }

/**
 * A TLS-terminating reverse proxy at https://localhost, as a deployment would have one: what comes is
 * passed on as it came, attacks too, with the X-Forwarded fields that nobody has sent.
 * @param target a port of this machine, or which one for a Host: 0 for a name that nobody has
 */
export async function startTlsFront(
  target: number | ((host: string) => number),
  certificate: Certificate = trustedHere(),
): Promise<TlsFront> {
  const server = createServer(certificate, (incoming, response) => {
    const port = typeof target === 'number' ? target : target(incoming.headers.host ?? '')
    passOn(incoming, response, port)
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

let own: Certificate | undefined

/** One for all fronts of this process, whose own requests trust it. */
function trustedHere(): Certificate {
  if (own) return own
  own = selfSigned()
  setDefaultCACertificates([...getCACertificates(), own.cert])
  return own
}

function passOn(incoming: IncomingMessage, response: ServerResponse, port: number): void {
  const { method, url } = incoming
  const outgoing = request({
    ...{ host: '127.0.0.1', port, method, path: url, agent: false },
    headers: [...incoming.rawHeaders, ...forwarded(incoming)],
  })
  outgoing.on('response', (answer) => giveBack(answer, response))
  let isTaken = false
  outgoing.on('socket', (socket) =>
    socket.once('connect', () => {
      isTaken = true
    }),
  )
  // What ends an app in the middle of its work is seen as that, and not taken for an answer of it.
  outgoing.on('error', () => (isTaken ? response.destroy() : response.writeHead(502).end()))
  // Whoever goes away here goes away there.
  response.on('close', () => response.writableFinished || outgoing.destroy())
  incoming.pipe(outgoing)
}

function giveBack(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
  answer.on('error', () => response.destroy())
  answer.pipe(response)
}

function forwarded({ headers }: IncomingMessage): string[] {
  const fields = {
    'x-forwarded-proto': 'https',
    'x-forwarded-host': headers.host ?? '',
    'x-forwarded-for': '127.0.0.1',
  }
  return Object.entries(fields).flatMap((field) => (headers[field[0]] === undefined ? field : []))
}
