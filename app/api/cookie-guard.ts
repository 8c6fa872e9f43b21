import { GrantkeeperError } from '#lib/errors'

/**
 * Refuses a call that the login cookie alone would carry: it must come from a page of this origin, and
 * bear a header that no form, link or image sends (OAuth 2.0 for Browser-Based Applications §6.1.3.3).
 * @throws {GrantkeeperError} `forbidden`
 */
export function assertOwnPage(headers: Headers): void {
  if (headers.get('sec-fetch-site') !== 'same-origin' || headers.get('x-grantkeeper') !== '1')
    throw new GrantkeeperError('forbidden')
}
