import type { Env } from '#lib/env'

/** How an Auth0 tenant calls itself: as an origin that ends with a slash. */
export function auth0Issuer({ AUTH0_DOMAIN: domain }: Pick<Env, 'AUTH0_DOMAIN'>): string {
  return `${domain.includes('://') ? domain.replace(/\/$/, '') : `https://${domain}`}/`
}
