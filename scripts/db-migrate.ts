import { openDatabase } from '#db'
import { env, SettingsError } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import { readOwnSettings } from './own-settings.ts'

/** Brings the database of `DATABASE_URL` up to date, and says so. Meant for a release's own step. */
readOwnSettings()
try {
  const database = await openDatabase(env().DATABASE_URL, { migrate: true })
  await database.close()
  console.log('The database is up to date.')
} catch (error) {
  console.error(sentence(error))
  process.exitCode = 1
}

function sentence(error: unknown): string {
  if (error instanceof SettingsError) return error.message
  const cause = error instanceof GrantkeeperError ? error.cause : error
  return `The database could not be brought up to date: ${cause instanceof Error ? cause.message || cause.name : 'for no stated reason'}`
}
