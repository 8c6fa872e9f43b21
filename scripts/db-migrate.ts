import { env } from '#lib/env'
import { migrate, migrationTrouble } from './migrate.ts'
import { readOwnSettings } from './own-settings.ts'

/** Brings the database of `DATABASE_URL` up to date, and says so. Meant for a release's own step. */
readOwnSettings()
try {
  await migrate(env())
  console.log('The database is up to date.')
} catch (error) {
  console.error(migrationTrouble(error))
  process.exitCode = 1
}
