import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/**
 * Ends a request before Next, which would mend it, or fail on it: another method than routes have, a
 * target that is no path, and a path of the API that servers read differently.
 * @returns whether it has been answered
 */
export function answerAtDoor(request: IncomingMessage, response: ServerResponse): boolean {
  const status = refusal(request)
  if (!status) return false
  const allow = status === 405 ? { allow: methods.join(', ') } : {}
  response.writeHead(status, { 'cache-control': 'no-store', connection: 'close', ...allow })
  response.end()
  return true
}

/** No route speaks anything but HTTP/1.1 (RFC 9110 §7.8); `h2c` and WebSockets would tunnel past them. */
export function refuseUpgrade(_: IncomingMessage, socket: Duplex): void {
  socket.on('error', () => {})
  socket.end('HTTP/1.1 426 Upgrade Required\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

function refusal({ method = '', url = '' }: Pick<IncomingMessage, 'method' | 'url'>) {
  if (!methods.includes(method)) return 405
  const path = url.replace(/[?#].*$/s, '')
  return path.startsWith('/') && (!path.startsWith('/api/') || isLiteral(path)) ? undefined : 400
}

/** No dot segments, spelt out or encoded, no empty ones, no backslash, nothing that cannot be decoded. */
function isLiteral(path: string): boolean {
  if (/\\|\/\/|\/(?:\.|%2e){1,2}(?:\/|$)/i.test(path)) return false
  try {
    return decodeURIComponent(path) !== ''
  } catch {
    return false
  }
}
