import { GrantkeeperError } from '#lib/errors'

/**
 * A login that failed, as one of our codes: whose matter it is. What the issuer or a library says is compared
 * with what is known of it, and neither shown nor logged.
 * @param said the standard's error code (RFC 6749 §4.1.2.1, §5.2), where one was given
 */
export function loginFailure(said: string | undefined, cause?: unknown): GrantkeeperError {
  return new GrantkeeperError(codeFor(said), { cause })
}

/** `said` where it is a code of the standards, which may be logged; else `other`. */
export function knownError(said: unknown): string {
  return typeof said === 'string' && Object.hasOwn(meanings, said) ? said : 'other'
}

/** The same without a standard code: nothing came, or nothing that can be read. */
export function issuerAway(cause?: unknown): GrantkeeperError {
  return new GrantkeeperError('temporarily_unavailable', { cause, retryAfterS: 30 })
}

/** Where a login that failed ends, as a path of this app: a page that says why, and leads to another one. */
export function failedLogin({ code }: GrantkeeperError): string {
  return `/unavailable?error=${code}&from=login`
}

function codeFor(said = '') {
  return meanings[said as keyof typeof meanings] ?? 'temporarily_unavailable'
}

const meanings = {
  access_denied: 'access_denied',
  // The administrator's: our registration there, or what we ask for, is wrong.
  invalid_client: 'provider_misconfigured',
  unauthorized_client: 'provider_misconfigured',
  invalid_scope: 'provider_misconfigured',
  invalid_request: 'provider_misconfigured',
  invalid_target: 'provider_misconfigured',
  unsupported_response_type: 'provider_misconfigured',
  unsupported_grant_type: 'provider_misconfigured',
  // An old page, a code that was used: a new login mends it.
  invalid_grant: 'login_required',
  login_required: 'login_required',
  interaction_required: 'login_required',
  consent_required: 'login_required',
  account_selection_required: 'login_required',
  missing_state: 'login_required',
  invalid_state: 'login_required',
  server_error: 'temporarily_unavailable',
  temporarily_unavailable: 'temporarily_unavailable',
} as const
