import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Certificate } from '../self-signed.ts'

export type RunningServer = { port: number; close: () => Promise<void> }

/**
 * Listens on this machine only; port 0 takes a free one. `close` ends open sockets at once. With a
 * certificate it speaks https.
 * @throws {Error} that names the port, when another program listens there
 */
export async function listen(
  handler: RequestListener,
  {
    name,
    port,
    certificate,
  }: { name: string; port: number; certificate?: Certificate | undefined },
): Promise<RunningServer> {
  const server = certificate ? createSecureServer(certificate, handler) : createServer(handler)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explain(error, { name, port })))
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/**
 * A free port, for a server whose URL others must know before it starts: below those that the system
 * gives away, and by chance, so that two who ask at once hardly ever get the same.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const port = 15_000 + Math.floor(Math.random() * 17_000)
    try {
      const { close } = await listen(() => {}, { name: 'port finder', port })
      await close()
      return port
    } catch {
      // Somebody listens there: another one.
    }
  }
  throw new Error('No port is free')
}

/** The whole body as text, at most 1 MiB. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > 1024 * 1024) throw new Error('The request body is larger than 1 MiB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function explain(error: Error, { name, port }: { name: string; port: number }): Error {
  if (!('code' in error) || error.code !== 'EADDRINUSE') return error
  return new Error(`Port ${port} is taken by another program: the ${name} cannot listen there`, {
    cause: error,
  })
}
