import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/**
 * Ends a request before Next, which would mend it, fail on it, or keep its body: another method than
 * routes have, a target that is no path, a path that servers read differently, and a body that is longer
 * than any page takes.
 * @returns whether it has been answered
 */
export function answerAtDoor(request: IncomingMessage, response: ServerResponse): boolean {
  const status = refusal(request)
  if (!status) return false
  const allow = status === 405 ? { allow: methodsOf(request.url).join(', ') } : {}
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

/** What Next itself serves is files: it would take a POST there for an action of a page that is missing. */
function methodsOf(url = ''): string[] {
  return url.startsWith('/_next/') ? ['GET', 'HEAD'] : methods
}

function refusal({ method = '', url = '', headers }: Seen) {
  if (!methodsOf(url).includes(method)) return 405
  const path = url.replace(/[?#].*$/s, '')
  if (!path.startsWith('/') || !isLiteral(path)) return 400
  return path.startsWith('/api/') ? undefined : tooMuch(headers)
}

type Seen = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/** No dot segments, spelt out or encoded, no empty ones, no backslash, nothing that cannot be decoded. */
function isLiteral(path: string): boolean {
  if (/\\|\/\/|\/(?:\.|%2e){1,2}(?:\/|$)/i.test(path)) return false
  try {
    return decodeURIComponent(path) !== ''
  } catch {
    return false
  }
}

/**
 * Next keeps the body of a request to a page in memory until it has come whole, whoever sends it. Forms and
 * actions say how long they are (as browsers do), and are short; routes of the API read no more than they take.
 */
function tooMuch(headers: IncomingHttpHeaders): number | undefined {
  if (headers['transfer-encoding'] !== undefined) return 411
  return Number(headers['content-length'] ?? 0) > maxPageBytes ? 413 : undefined
}

/** As `proxyClientMaxBodySize` in next.config.ts. */
const maxPageBytes = 64 * 1024
