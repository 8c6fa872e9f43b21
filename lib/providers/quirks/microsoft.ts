import type { Quirk } from '../quirks.ts'
import { jsonOf, withJson } from './body.ts'

/**
 * Microsoft never names `offline_access` among the granted scopes (the refresh token is the proof):
 * seen in November 2026 in https://github.com/AzureAD/microsoft-authentication-library-for-go/pull/445.
 * It may name Graph's scopes with their resource (not verified).
 */
export const microsoft: Quirk = {
  response(response, { endpoint }) {
    const json = endpoint === 'token' ? jsonOf(response) : undefined
    if (!json || typeof json.scope !== 'string') return response
    const granted = new Set(
      json.scope.split(' ').map((scope) => scope.replace('https://graph.microsoft.com/', '')),
    )
    if (typeof json.refresh_token === 'string') granted.add('offline_access')
    return withJson(response, { ...json, scope: [...granted].join(' ') })
  },
}
