import type { NextRequest, NextResponse } from 'next/server'
import { auth0Driver } from './auth0.ts'

/** Who the login says is there. */
export type Identity = {
  issuer: string
  sub: string
  /** The organization that the login was for; '' where there is none. */
  org: string
  /** '' where the login tells none; so for the e-mail. */
  name: string
  email: string
}

/** What the app needs of a login; one of the two seams with more than one implementation. */
export interface LoginDriver {
  /** Who issues the identities, as `Identity.issuer` says it. */
  issuer: () => string
  /** The identity of the current request's session, or null. It may throw: that means null. */
  identity: () => Promise<Identity | null>
  /** Where a browser goes to log in, and comes back to `returnTo`, a path of this app. */
  loginPath: (returnTo: string) => string
  logoutPath: string
  /** Answers the driver's own routes, and prolongs a session on all others. */
  handle: (request: NextRequest) => Promise<NextResponse>
}

/** The driver that `LOGIN_DRIVER` names. */
export function loginDriver(): LoginDriver {
  return auth0Driver
}
