import { openDatabase } from '#db'
import { createDatabase, startPostgres } from '../db/testing/embedded-postgres.ts'
import { setup } from './setup.ts'
import { standaloneElsewhere } from './standalone.ts'

/**
 * What all worlds of a run have in common is made once: the server with a migrated database to copy, and
 * the standalone build in its own folder. The workers find them in their environment.
 */
export default async function prepare(): Promise<() => Promise<void>> {
  const made = [
    ...(setup.database === 'postgres' ? [await prepareServer()] : []),
    ...(setup.isDeployed ? [await prepareFolder()] : []),
  ]
  return async () => void (await Promise.all(made.map((remove) => remove())))
}

async function prepareServer(): Promise<() => Promise<void>> {
  const { url, stop } = await startPostgres()
  const template = await createDatabase(url)
  await (await openDatabase(template, { migrate: true })).close()
  process.env.E2E_POSTGRES_TEMPLATE = template
  return stop
}

async function prepareFolder(): Promise<() => Promise<void>> {
  const { folder, remove } = await standaloneElsewhere()
  process.env.E2E_STANDALONE_FOLDER = folder
  return remove
}
