import { openDatabase } from '#db'
import { isMissingMigrations } from '#db/migrations'
import { type Env, SettingsError } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'

export type Where = Pick<Env, 'DATABASE_URL' | 'DATABASE_URL_UNPOOLED'>

/**
 * Brings the database up to date: past its pooler where `DATABASE_URL_UNPOOLED` says how. Then it is
 * looked at the way the app goes. Several at once are safe: one migrates, the others wait.
 * @throws {Error} whose `migrationTrouble` is the sentence to read
 */
export async function migrate({ DATABASE_URL, DATABASE_URL_UNPOOLED }: Where): Promise<void> {
  const direct = DATABASE_URL.startsWith('file:') ? undefined : DATABASE_URL_UNPOOLED
  await openAndClose(direct ?? DATABASE_URL, { migrate: true })
  if (direct === undefined) return
  await openAndClose(DATABASE_URL).catch((error: unknown) => {
    throw isMissingMigrations(error) ? new SettingsError([anotherDatabase]) : error
  })
}

/** What kept the database from being brought up to date, as one sentence without a secret. */
export function migrationTrouble(error: unknown): string {
  if (error instanceof SettingsError) return error.message
  const cause = error instanceof GrantkeeperError ? error.cause : error
  return `The database could not be brought up to date: ${cause instanceof Error ? cause.message || cause.name : 'for no stated reason'}`
}

const anotherDatabase =
  'DATABASE_URL_UNPOOLED leads to another database than DATABASE_URL: both must be the same one, with and without its pooler'

async function openAndClose(url: string, options?: { migrate: boolean }): Promise<void> {
  await (await openDatabase(url, options)).close()
}
