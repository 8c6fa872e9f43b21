import { env } from '#lib/env'

/** What the tenant calls itself: the issuer of its tokens, and of the users it logs in. */
export function auth0Issuer(): string {
  const domain = env().AUTH0_DOMAIN
  return `${domain.includes('://') ? domain.replace(/\/$/, '') : `https://${domain}`}/`
}
