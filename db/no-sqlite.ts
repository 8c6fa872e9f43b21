import { GrantkeeperError } from '#lib/errors'

/**
 * What a build for Vercel has in place of `sqlite.ts` (next.config.ts): a file there is gone with the
 * function that wrote it, and a grant in it would be lost.
 * @throws {GrantkeeperError} storage_unavailable, always
 */
export async function openSqlite(): Promise<never> {
  const sentence =
    'DATABASE_URL names no Postgres, and on Vercel files do not last: nothing is connected until it does (docs/vercel.md)'
  throw new GrantkeeperError('storage_unavailable', { cause: new Error(sentence) })
}
