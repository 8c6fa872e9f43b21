import type { Env } from '#lib/env'
import { registration } from '#lib/login/issuer'

/** How the login is set up, whichever driver serves it. */
export type Login = {
  /** The setting that names the issuer, and what that can be. */
  setting: string
  meaning: string
  issuer: string
  client: { id: string; secret: string }
  /** How the client proves itself; undefined: as the issuer's metadata has it. */
  clientAuth: 'client_secret_basic' | 'client_secret_post' | undefined
  /** What to do where the issuer refuses the client. */
  clientAdvice: string
  /** Where the issuer sends its answers. */
  callback: string
  /** Where it can tell of logouts. */
  backchannelLogout: string
}

export function loginOf(env: Env): Login {
  const { issuer, client, callbackPath } = registration(env)
  const [base] = env.APP_BASE_URL
  return {
    ...(env.LOGIN_DRIVER === 'oidc' ? oidc : auth0),
    ...{ issuer, client },
    // The Auth0 SDK knows but one.
    clientAuth: env.LOGIN_DRIVER === 'oidc' ? env.OIDC_CLIENT_AUTH : 'client_secret_post',
    callback: `${base}${callbackPath}`,
    backchannelLogout: `${base}/api/auth/backchannel-logout`,
  }
}

/**
 * What the login's library makes of id and secret before it joins them for Basic. It keeps what the URL Standard's
 * form encoding would not (`! ~ ' ( )`); a server that decodes reads the same.
 * https://github.com/panva/openid-client/blob/v5.7.1/lib/helpers/client.js
 */
export function formEncodedAsLogin(text: string): string {
  return encodeURIComponent(text).replaceAll('%20', '+')
}

const auth0 = {
  setting: 'AUTH0_DOMAIN',
  meaning: "an Auth0 tenant's or custom domain",
  clientAdvice:
    'Copy AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET anew, from a Regular Web Application with client_secret_post.',
}

const oidc = {
  setting: 'OIDC_ISSUER',
  meaning: 'what stands as "issuer" in its metadata',
  clientAdvice:
    'Copy OIDC_CLIENT_ID and OIDC_CLIENT_SECRET anew, from a confidential client for the code flow.',
}
