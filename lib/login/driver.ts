import type { NextRequest, NextResponse } from 'next/server'
import { env } from '#lib/env'
import { auth0Driver } from './auth0.ts'
import { oidcDriver } from './oidc.ts'

/** Who the login says is there. */
export type Identity = {
  issuer: string
  sub: string
  /** The organization that the login was for; '' where there is none. */
  org: string
  /** '' where the login tells none; so for the e-mail. */
  name: string
  email: string
  session: LoginSession
}

/** By what a session is ended: here, or from afar (OpenID Connect Back-Channel Logout 1.0 §2.4). */
export type LoginSession = {
  /** Our own name for it, the same in every copy and each time it is prolonged. */
  id: string
  /** The issuer's id of its own session; '' where it tells none. */
  sid: string
  /** When the user logged in, by the issuer's clock: milliseconds since the epoch. */
  since: number
}

/** What the app needs of a login; one of the two seams with more than one implementation. */
export interface LoginDriver {
  /** The identity of the current request's session, or null. It may throw: that means null. */
  identity: () => Promise<Identity | null>
  /** Where a browser goes to log in, and comes back to `returnTo`, a path of this app. */
  loginPath: (returnTo: string) => string
  logoutPath: string
  /** Ends the login's cookies, and the session at the issuer where that can be. */
  logOut: (request: NextRequest) => Promise<NextResponse>
  /**
   * Answers the driver's own routes but the logout, and prolongs a session on all others.
   * @throws {GrantkeeperError} where a login cannot begin, and whatever a library throws
   */
  handle: (request: NextRequest) => Promise<NextResponse>
}

/** The driver that `LOGIN_DRIVER` names. Neither loads its SDK before it is asked for something. */
export function loginDriver(): LoginDriver {
  return env().LOGIN_DRIVER === 'oidc' ? oidcDriver : auth0Driver
}
