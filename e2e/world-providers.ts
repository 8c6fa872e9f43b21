import type { ProviderEntry } from '#lib/providers/schema'
import { type Scripted, startScripted } from './stand-in/scripted.ts'
import { plainScriptedEntry, scriptedEntry } from './stand-in/scripted-entry.ts'

/**
 * `acme` is honest and careful, `plain` of the old kind, `evil` belongs to an attacker. `openid` is
 * found by discovery and gives ID tokens; `par` wants its requests pushed.
 */
export type ProviderId = 'acme' | 'plain' | 'evil' | 'openid' | 'par'

/** @param redirectUri what an app registered for a provider: the only one that is answered */
export async function startScriptedProviders(
  redirectUri: (id: ProviderId) => string,
): Promise<Record<ProviderId, Scripted>> {
  const start = (id: ProviderId, kind = {}) =>
    startScripted({ id, redirectUris: [redirectUri(id)], ...kind })
  const [acme, plain, evil, openid, par] = await Promise.all([
    start('acme'),
    start('plain', { iss: false, pkce: false, openid: false, rotate: false }),
    start('evil', { lax: true }),
    start('openid'),
    start('par'),
  ])
  return { acme, plain, evil, openid, par }
}

export function scriptedEntries(providers: Record<ProviderId, Scripted>): ProviderEntry[] {
  const { acme, plain, evil, openid, par } = providers
  return [
    scriptedEntry(acme),
    plainScriptedEntry(plain),
    scriptedEntry(evil),
    discovered(scriptedEntry(openid, { scope: ['openid', 'profile', 'files.read'] })),
    scriptedEntry(par, {
      token_endpoint_auth_method: 'client_secret_basic',
      pushed_authorization_request_endpoint: `${par.url}/par`,
      require_pushed_authorization_requests: true,
    }),
  ]
}

/** The same, but its metadata gives the endpoints. */
function discovered(entry: ProviderEntry): ProviderEntry {
  const {
    issuer,
    authorization_endpoint: _authorization,
    token_endpoint: _token,
    revocation_endpoint: _revocation,
    userinfo_endpoint: _userinfo,
    ...kept
  } = entry
  return { ...kept, ...(issuer ? { discovery: issuer } : {}) }
}
