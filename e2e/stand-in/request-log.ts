import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** One request as it came in. `socket` numbers the connections, `time` is in ms since the epoch. */
export type LoggedRequest = {
  method: string
  url: string
  path: string
  rawHeaders: string[]
  body: string
  socket: number
  time: number
}

export type RequestLog = {
  entries: LoggedRequest[]
  add: (request: IncomingMessage, body: string) => LoggedRequest
}

/** The ordered list of everything that a server was asked. */
export function requestLog(): RequestLog {
  const sockets = new WeakMap<Socket, number>()
  const entries: LoggedRequest[] = []
  let connections = 0
  const numberOf = (socket: Socket) => {
    const number = sockets.get(socket) ?? ++connections
    sockets.set(socket, number)
    return number
  }
  return {
    entries,
    add(request, body) {
      const url = request.url ?? ''
      const entry = {
        method: request.method ?? '',
        url,
        path: url.split('?', 1)[0] ?? '',
        rawHeaders: request.rawHeaders,
        body,
        socket: numberOf(request.socket),
        time: Date.now(),
      }
      entries.push(entry)
      return entry
    },
  }
}

/** The value of a header in a logged request, whatever its case; joined when it is there twice. */
export function headerOf(entry: LoggedRequest, name: string): string | undefined {
  const values = entry.rawHeaders.filter(
    (_, index, all) => index % 2 === 1 && all[index - 1]?.toLowerCase() === name.toLowerCase(),
  )
  return values.length > 0 ? values.join(', ') : undefined
}
