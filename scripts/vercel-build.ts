import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Env, hasDurableDatabase, parseEnv, SettingsError } from '#lib/env'
import { loadProviders } from '#lib/providers/load'
import { migrate, migrationTrouble, type Where } from './migrate.ts'
import { root, run } from './run.ts'

type Variables = Record<string, string | undefined>

/**
 * What comes before `next build` at Vercel: the settings and the file of providers are looked at, and the
 * database is brought up to date, so that what is wrong fails the build and not a user.
 * @returns what was done of it, to be read in the build's log
 * @throws {Error} whose `migrationTrouble` is the sentence to read
 */
export async function prepareBuild(variables: Variables, folder = root): Promise<string> {
  refuseEnvFiles(folder)
  const settings = parseEnv(variables)
  loadProviders(settings)
  const reason = reasonNotToMigrate(settings)
  if (reason !== undefined) return reason
  await migrate(whereToMigrate(settings))
  return 'The database is up to date.'
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await prepareBuild(process.env))
    process.exitCode = (await run(['next', 'build'], { isShown: true })).code
  } catch (error) {
    console.error(migrationTrouble(error))
    process.exitCode = 1
  }
}

/** A clone has none. Where a person builds, Vercel's command line copies them into every function. */
function refuseEnvFiles(folder: string): void {
  const found = globSync('.env*', { cwd: folder }).filter((name) => name !== '.env.example')
  if (found.length > 0)
    throw new SettingsError([
      `${found.join(', ')} would be copied into every function: build from a clone without such files`,
    ])
}

/** The way past the pooler may be set for all environments alike: on a preview it may be production's. */
function whereToMigrate({ VERCEL_ENV, ...settings }: Env): Where {
  const { DATABASE_URL, DATABASE_URL_UNPOOLED } = settings
  const isPreview = VERCEL_ENV === 'preview'
  return { DATABASE_URL, DATABASE_URL_UNPOOLED: isPreview ? undefined : DATABASE_URL_UNPOOLED }
}

/** Previews may have been given the production's database: that one is production's to migrate. */
function reasonNotToMigrate(settings: Env): string | undefined {
  if (!hasDurableDatabase(settings))
    return 'DATABASE_URL names no Postgres: the app will say so, and connect nothing (docs/vercel.md).'
  if (settings.VERCEL_ENV === 'preview' && !settings.MIGRATE_PREVIEWS)
    return 'The database was not migrated: this is a preview, and MIGRATE_PREVIEWS is not true (docs/vercel.md).'
}
