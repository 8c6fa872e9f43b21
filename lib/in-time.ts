import { GrantkeeperError } from './errors.ts'

/**
 * What `work` comes to, within so many milliseconds. It is not stopped after that: it goes on, and nobody
 * waits for it any more.
 * @throws {GrantkeeperError} `temporarily_unavailable`, when it takes longer
 */
export async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const fail = () => reject(new GrantkeeperError('temporarily_unavailable', { retryAfterS: 5 }))
  const timer = setTimeout(fail, ms)
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
