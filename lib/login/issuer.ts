import { type Env, env } from '#lib/env'

/** How this app is registered at its login issuer, whichever driver serves the login. */
export type Registration = {
  /** As `Identity.issuer` says it. */
  issuer: string
  client: { id: string; secret: string }
  /** The `aud` of access tokens for this API; without it none is accepted. */
  audience: string | undefined
  /** The path to which the issuer leads back. */
  callbackPath: string
}

/**
 * The registration that the settings tell. Apart from the drivers, which bring their SDKs along: a job's
 * request needs the names alone.
 */
export function registration(settings: Pick<Env, Names> = env()): Registration {
  return settings.LOGIN_DRIVER === 'oidc'
    ? {
        issuer: settings.OIDC_ISSUER,
        client: { id: settings.OIDC_CLIENT_ID, secret: settings.OIDC_CLIENT_SECRET },
        audience: settings.OIDC_AUDIENCE,
        callbackPath: '/api/auth/callback/oidc',
      }
    : {
        issuer: auth0Issuer(settings.AUTH0_DOMAIN),
        client: { id: settings.AUTH0_CLIENT_ID, secret: settings.AUTH0_CLIENT_SECRET },
        audience: settings.AUTH0_AUDIENCE,
        callbackPath: '/auth/callback',
      }
}

type Names =
  | 'LOGIN_DRIVER'
  | `AUTH0_${'DOMAIN' | 'CLIENT_ID' | 'CLIENT_SECRET' | 'AUDIENCE'}`
  | `OIDC_${'ISSUER' | 'CLIENT_ID' | 'CLIENT_SECRET' | 'AUDIENCE'}`

/** Who issues the identities of this deployment. */
export function loginIssuer(): string {
  return registration().issuer
}

/** How an Auth0 tenant calls itself: as an origin that ends with a slash. */
export function auth0Issuer(domain: string): string {
  return `${domain.includes('://') ? domain.replace(/\/$/, '') : `https://${domain}`}/`
}
