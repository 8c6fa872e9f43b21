import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { World } from './world.ts'

/** What a thief of backups would find, as text: the file, or the server's folder with its journal. */
export async function backup({ env, rows }: World): Promise<string> {
  if (rows.dialect === 'postgres') return serverFiles(env.DATABASE_URL ?? '')
  const folder = await mkdtemp(join(tmpdir(), 'grantkeeper-backup-'))
  try {
    await rows.execute(`vacuum into '${join(folder, 'backup.db')}'`)
    return await readFile(join(folder, 'backup.db'), 'latin1')
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function serverFiles(connectionString: string): Promise<string> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query('checkpoint')
  const { rows } = await client.query<{ folder: string; oid: string }>(
    `select current_setting('data_directory') as folder, oid::text from pg_database
     where datname = current_database()`,
  )
  await client.end()
  const [{ folder, oid } = { folder: '', oid: '' }] = rows
  const texts = [join(folder, 'base', oid), join(folder, 'pg_wal')].map(contents)
  return (await Promise.all(texts)).join('\n')
}

async function contents(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name))
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n')
}
