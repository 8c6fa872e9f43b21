import { database } from '#db'
import { SettingsError } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import { doubtAll } from '#lib/integrations/doubt'
import { readOwnSettings } from './own-settings.ts'

/** To be run on a database that was restored from a backup, before the app is started on it. */
readOwnSettings()
try {
  const count = await doubtAll().finally(async () => (await database()).close())
  console.log(
    `${count} refresh ${count === 1 ? 'token is' : 'tokens are'} in doubt now. Each is tried once; where it is refused, its user is asked to reconnect.`,
  )
} catch (error) {
  console.error(sentence(error))
  process.exitCode = 1
}

function sentence(error: unknown): string {
  if (error instanceof SettingsError) return error.message
  const cause = error instanceof GrantkeeperError ? error.cause : error
  return `The database is out of reach: ${cause instanceof Error ? cause.message || cause.name : 'for no stated reason'}`
}
