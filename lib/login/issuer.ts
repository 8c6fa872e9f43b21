import { env } from '#lib/env'
import { auth0Issuer } from './auth0-issuer.ts'

/**
 * Who issues the identities of this deployment, as `Identity.issuer` says it. Apart from the driver, which
 * brings an SDK along: a job's request needs the name alone.
 */
export function loginIssuer(): string {
  return auth0Issuer(env())
}
