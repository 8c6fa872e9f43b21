import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import { acmeAccounts } from './acme-accounts.ts'

/** Acme's resource API: what a connected app wants the access token for. */
export async function answerAcmeApi(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? '/', provider.issuer).pathname
  const [, bearer] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? []
  const token = bearer ? await provider.AccessToken.find(bearer) : undefined
  if (!token?.isValid) return refuse(response, 401, 'invalid_token')
  const endpoint = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined
  if (!endpoint) return send(response, 404, { error: 'not_found' })
  if (!token.scopes.has(endpoint.scope)) return refuse(response, 403, 'insufficient_scope')
  send(response, 200, endpoint.answer(token.accountId))
}

const endpoints: Record<string, { scope: string; answer: (sub: string) => unknown }> = {
  '/api/me': {
    scope: 'profile',
    answer: (sub) => acmeAccounts.find((account) => account.sub === sub),
  },
  '/api/playlists': {
    scope: 'playlists.read',
    answer: (sub) => ({
      owner: sub,
      playlists: [
        { id: 'pl_1', name: 'Morning analytics', songs: 24 },
        { id: 'pl_2', name: 'Debugging at night', songs: 57 },
      ],
    }),
  },
}

/** RFC 6750 §3. */
function refuse(response: ServerResponse, status: number, error: string): void {
  response.setHeader('www-authenticate', `Bearer realm="Acme Music", error="${error}"`)
  send(response, status, { error })
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}
