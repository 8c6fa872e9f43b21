import type { Issuer } from './issuer.ts'
import { auth0Simulator } from './issuers/auth0-simulator.ts'
import { authlibIssuer } from './issuers/authlib.ts'
import { betterAuthIssuer } from './issuers/better-auth.ts'
import { djangoOauthToolkitIssuer } from './issuers/django-oauth-toolkit.ts'
import { glewlwydIssuer } from './issuers/glewlwyd.ts'
import { oauth2MockServer } from './issuers/oauth2-mock-server.ts'
import { isHere } from './parties.ts'

const all: readonly Issuer[] = [
  auth0Simulator,
  betterAuthIssuer,
  oauth2MockServer,
  glewlwydIssuer,
  authlibIssuer,
  djangoOauthToolkitIssuer,
]

/** All that are here. */
export const issuers = all.filter(isHere)
