import { loginContradictions } from './login.ts'
import { relayContradictions } from './relay.ts'
import { sharedSecrets } from './shared-secrets.ts'
import type { Settings } from './table.ts'
import { isAllowedHttp, isLocal } from './values.ts'

/** What no single setting shows: secrets used twice, times that do not fit, http in public. */
export function* contradictions(
  env: Settings,
  given: Record<string, string | undefined>,
): Generator<string> {
  if (env.LEASE_MS < 2 * env.TOKEN_DEADLINE_MS)
    yield 'LEASE_MS must be at least twice TOKEN_DEADLINE_MS, or a lease ends before the call it guards'
  for (const url of env.APP_BASE_URL)
    if (url.startsWith('http:') && !isLocal(new URL(url).hostname))
      yield 'APP_BASE_URL must be https: only localhost may use http'
  if (new Set(env.APP_BASE_URL.map((url) => new URL(url).protocol)).size > 1)
    yield 'APP_BASE_URL mixes http and https: its cookies could not be kept safe for both'
  yield* loginContradictions(env)
  for (const url of [env.RELAY_URL ?? '', ...env.RELAY_HOSTS.map(({ source }) => source)])
    if (url.startsWith('http:') && !isAllowedHttp(env, url.replace('*', 'x')))
      yield `${url} must be https: only localhost may use http, with ALLOW_INSECURE_LOCALHOST=true`
  yield* relayContradictions(env)
  yield* sharedSecrets(env, given)
  if (given.NODE_ENV === 'production' && given.NODE_TLS_REJECT_UNAUTHORIZED === '0')
    yield 'NODE_TLS_REJECT_UNAUTHORIZED=0 switches certificate checks off: remove it'
}
