import { type ErrorCode, GrantkeeperError } from '#lib/errors'

/**
 * A query parameter that may be there once, and not in array syntax: RFC 6749 §3.1.
 * @throws {GrantkeeperError} with `code`
 */
export function single(
  query: URLSearchParams,
  name: string,
  code: ErrorCode = 'invalid_request',
): string | undefined {
  const values = query.getAll(name)
  const isArray = [...query.keys()].some((key) => key.startsWith(`${name}[`))
  if (values.length > 1 || isArray) throw new GrantkeeperError(code)
  return values[0]
}
