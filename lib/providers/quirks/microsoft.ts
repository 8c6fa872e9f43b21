import type { Quirk } from '../quirks.ts'
import { jsonOf, withJson } from './body.ts'

/**
 * Microsoft may name Graph's scopes with their resource (not verified). That it never names
 * `offline_access` needs no quirk: many do not (`lib/oauth/scope.ts`).
 */
export const microsoft: Quirk = {
  response(response, { endpoint }) {
    const json = endpoint === 'token' ? jsonOf(response) : undefined
    if (!json || typeof json.scope !== 'string') return response
    const granted = new Set(
      json.scope.split(' ').map((scope) => scope.replace('https://graph.microsoft.com/', '')),
    )
    return withJson(response, { ...json, scope: [...granted].join(' ') })
  },
}
