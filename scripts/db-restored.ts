import { chmodSync, existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { database } from '#db'
import { env, SettingsError } from '#lib/env'
import { GrantkeeperError } from '#lib/errors'
import { doubtAll } from '#lib/integrations/doubt'
import { readOwnSettings } from './own-settings.ts'

/** To be run on a database that was restored from a backup, before the app is started on it. */
readOwnSettings()
try {
  tightenModes()
  const count = await doubtAll().finally(async () => (await database()).close())
  console.log(
    `${count} refresh ${count === 1 ? 'token is' : 'tokens are'} in doubt now. Each is tried once; where it is refused, its user is asked to reconnect.`,
  )
} catch (error) {
  console.error(sentence(error))
  process.exitCode = 1
}

/** A copy of a backup may be anybody's on this machine to read: the app's own files are its user's alone. */
function tightenModes(): void {
  const { DATABASE_URL } = env()
  if (!DATABASE_URL.startsWith('file:')) return
  const isUrl = DATABASE_URL.startsWith('file://')
  const file = isUrl ? fileURLToPath(DATABASE_URL) : DATABASE_URL.slice('file:'.length)
  for (const one of [file, `${file}-wal`, `${file}-shm`]) {
    if (process.platform === 'win32' || !existsSync(one)) continue
    if ((statSync(one).mode & 0o077) === 0) continue
    chmodSync(one, 0o600)
    console.log(`${one} could be read by other users of this machine, and cannot any more.`)
  }
}

function sentence(error: unknown): string {
  if (error instanceof SettingsError) return error.message
  const cause = error instanceof GrantkeeperError ? error.cause : error
  return `The database is out of reach: ${cause instanceof Error ? cause.message || cause.name : 'for no stated reason'}`
}
