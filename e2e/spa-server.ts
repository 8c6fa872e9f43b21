import type { ServerResponse } from 'node:http'
import type { Config } from '../examples/spa/src/config.ts'
import type { Files } from '../scripts/build-spa.ts'
import { listen } from './stand-in/server.ts'

export type Spa = { url: string; close: () => Promise<void> }

export type SpaOptions = {
  files: Files
  /** `http://127.0.0.1:PORT`, or a name below localhost in place of the address: each is a site of its own. */
  url: string
  config: Config
  /** Its pages keep the windows that they open and that open them at a distance. */
  isolated?: boolean
}

/**
 * Serves the example SPA: every path that is no file is its page, and `/config.json` is what it is set
 * up with.
 * @throws {Error} that names the port, when it is taken
 */
export async function startSpa({ files, url, config, isolated }: SpaOptions): Promise<Spa> {
  const headers = {
    ...securityHeaders(config),
    ...(isolated ? { 'cross-origin-opener-policy': 'same-origin' } : {}),
  }
  const server = await listen(
    (request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://spa')
      if (pathname === '/config.json')
        return send(response, { path: pathname, body: JSON.stringify(config), headers })
      const path = files.has(pathname) ? pathname : '/index.html'
      send(response, { path, body: files.get(path) ?? '', headers })
    },
    { name: config.name, port: Number(new URL(url).port) },
  )
  return { url, close: server.close }
}

function send(
  response: ServerResponse,
  answer: { path: string; body: string | Uint8Array; headers: Record<string, string> },
): void {
  const ending = answer.path.split('.').at(-1) ?? ''
  const type = types[ending] ?? 'application/octet-stream'
  response.writeHead(200, { ...answer.headers, 'content-type': type })
  response.end(answer.body)
}

const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
}

/** The page talks to Grantkeeper and to the login, and to nobody else. */
function securityHeaders({ grantkeeperUrl, auth0 }: Config): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    `connect-src 'self' ${grantkeeperUrl} ${auth0.domain}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'cache-control': 'no-store',
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }
}
