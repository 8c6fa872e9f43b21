import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { listen } from './stand-in/server.ts'
import type { Street } from './street.ts'

/** `asked`: how often somebody showed the secret. */
export type ProtectedDoor = Street & { asked: () => number }

/**
 * The protection of a deployment as Vercel has it: nobody gets to the app without its cookie, and whoever
 * shows the secret in a header, and asks for the cookie, gets that.
 */
export async function startProtectedDoor(secret: string): Promise<ProtectedDoor> {
  let port = 0
  let asked = 0
  const server = await listen(
    (incoming, response) => {
      const isKnown = incoming.headers['x-vercel-protection-bypass'] === secret
      if (isKnown) asked += 1
      if (incoming.headers.cookie?.includes(pass)) return passOn(port, incoming, response)
      const cookie = isKnown && incoming.headers['x-vercel-set-bypass-cookie'] === 'true'
      response.writeHead(cookie ? 307 : 401, {
        ...(cookie && { 'set-cookie': `${pass}; Path=/; HttpOnly`, location: incoming.url ?? '/' }),
      })
      response.end()
    },
    { name: 'protected door', port: 0 },
  )
  const urlOf = (name: string) => `http://${name}:${server.port}`
  return {
    urlOf,
    admit(name, behind) {
      port = behind
      return urlOf(name)
    },
    asked: () => asked,
    close: server.close,
  }
}

const pass = '_vercel_jwt=passed'

function passOn(port: number, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, url: path, headers } = incoming
  const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent: false })
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
    answer.pipe(response)
  })
  outgoing.on('error', () => response.headersSent || response.writeHead(502).end())
  incoming.pipe(outgoing)
}
