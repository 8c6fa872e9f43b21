import type { Env } from '#lib/env'
import { auth0Issuer } from '#lib/login/auth0-issuer'

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
    issuer: auth0Issuer(env),
    client: { id: env.AUTH0_CLIENT_ID, secret: env.AUTH0_CLIENT_SECRET },
    callback: `${env.APP_BASE_URL[0]}/auth/callback`,
  }
}
