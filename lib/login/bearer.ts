import { GrantkeeperError } from '#lib/errors'

/**
 * The bearer token of a request (RFC 6750 §2.1), read strictly: one token, at most 8 kB.
 * @throws {GrantkeeperError} `login_required` where there is none, or one that is malformed
 */
export function bearerToken(headers: Pick<Headers, 'get'>): string {
  const header = headers.get('authorization') ?? ''
  const [, token] = (header.length <= maxLength && form.exec(header)) || []
  if (token === undefined) throw new GrantkeeperError('login_required')
  return token
}

const maxLength = 8_192

/** `b64token`. Two headers reach us as one with a comma, which is no part of it. */
const form = /^bearer +([\w.~+/-]+=*)$/i
