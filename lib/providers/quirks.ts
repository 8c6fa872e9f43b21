import type { Client } from '#lib/env'
import { dropbox } from './quirks/dropbox.ts'
import { github } from './quirks/github.ts'
import { hubspot } from './quirks/hubspot.ts'
import { invalidTokenIsRevoked } from './quirks/invalid-token-is-revoked.ts'
import { microsoft } from './quirks/microsoft.ts'
import { notion } from './quirks/notion.ts'
import { slack } from './quirks/slack.ts'
import { tokenTypeMissing } from './quirks/token-type-missing.ts'

/** Which call is on the wire, and for which client. */
export type WirePlace = { endpoint: Endpoint; client: Client }

type Endpoint = 'metadata' | 'pushed_authorization_request' | 'token' | 'revocation' | 'userinfo'

export type WireRequest = {
  url: string
  method: string
  headers: Headers
  body: string | undefined
}

export type WireResponse = { status: number; headers: Headers; body: string }

/**
 * Makes a provider's wire conform to the standard, so that all after it is the standard. Requests
 * come in as RFC 6749, RFC 7009 (form-encoded) or OpenID userinfo (bearer) say; responses leave as
 * they say. Pure: neither argument is changed.
 */
export type Quirk = {
  request?: (request: WireRequest, at: WirePlace) => WireRequest
  response?: (response: WireResponse, at: WirePlace) => WireResponse
}

/** The quirks that an entry names, in the order in which they are applied. */
export function quirksOf({ quirk }: { quirk?: string | string[] | undefined }): Quirk[] {
  return [quirk ?? []].flat().flatMap((id) => quirks[id] ?? [])
}

/** Every quirk by the id that an entry's `quirk` names. */
export const quirks: Record<string, Quirk> = {
  dropbox,
  github,
  google: invalidTokenIsRevoked,
  hubspot,
  microsoft,
  notion,
  salesforce: invalidTokenIsRevoked,
  slack,
  token_type_missing: tokenTypeMissing,
}
