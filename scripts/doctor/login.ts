import type { Env } from '#lib/env'

/** How the login is set up, whichever driver serves it. */
export type Login = {
  /** The setting that names the issuer. */
  setting: string
  issuer: string
  client: { id: string; secret: string }
  /** Where the issuer sends its answers. */
  callback: string
}

export function loginOf(env: Env): Login {
  return {
    setting: 'AUTH0_DOMAIN',
    issuer: issuerUrl(env),
    client: { id: env.AUTH0_CLIENT_ID, secret: env.AUTH0_CLIENT_SECRET },
    callback: `${env.APP_BASE_URL[0]}/auth/callback`,
  }
}

/** As the Auth0 driver names the issuer of its users. */
export function issuerUrl({ AUTH0_DOMAIN: domain }: Pick<Env, 'AUTH0_DOMAIN'>): string {
  return `${domain.includes('://') ? domain.replace(/\/$/, '') : `https://${domain}`}/`
}
