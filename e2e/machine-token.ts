import type { LoginIssuer } from './stand-in/login.ts'
import type { MachineName } from './stand-in/login-machines.ts'

export type MachineTokenOptions = {
  client?: MachineName
  /** Separated by spaces; without it, all that the client may have. */
  scope?: string
  /** The app's own API, unless another is named. */
  audience?: string
  /** The organization to act for, such as `org_1`. */
  org?: string
}

/**
 * An access token as a backend job gets it from the login issuer (RFC 6749 §4.4, with Auth0's `audience`).
 * @throws {Error} with the issuer's error, when it refuses
 */
export async function machineToken(
  login: LoginIssuer,
  { client = 'jobs', scope, audience = login.audience, org }: MachineTokenOptions = {},
): Promise<string> {
  const { id, secret } = login.machines[client]
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: id,
    client_secret: secret,
    audience,
    ...(scope === undefined ? {} : { scope }),
    ...(org === undefined ? {} : { organization: org }),
  })
  const response = await fetch(`${login.url}/oauth/token`, { method: 'POST', body })
  const answer = await response.json()
  if (!response.ok) throw new Error(`${answer.error}: ${answer.error_description}`)
  return answer.access_token
}
