import { env } from '#lib/env'

/**
 * Where a provider sends its answers: what is registered there, byte by byte (RFC 9700 §4.1.3). On a preview
 * that is the relay of the stable deployment.
 */
export function redirectUri(base: string, provider: string): string {
  const { RELAY_URL } = env()
  return RELAY_URL
    ? `${RELAY_URL}/api/integrations/${provider}/relay`
    : `${base}/api/integrations/${provider}/callback`
}
