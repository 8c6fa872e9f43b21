import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Database, openDatabase } from '#db'
import type { Env } from '#lib/env'
import { refuseWrongKeys } from '#lib/vault-canary'
import { examineClock } from './clock.ts'
import { databaseTrouble } from './database-trouble.ts'
import { type Finding, fault, good, note } from './finding.ts'
import { type Expected, examineGrants } from './grants.ts'
import { examineVaultKeys } from './vault-keys.ts'

type Settings = Pick<Env, 'DATABASE_URL' | 'VAULT_KEYS' | 'VERCEL'>

const about = 'Database'

/** Reachable, migrated, writable, sealed with these keys, and on time. It leaves no trace there. */
export async function examineDatabase(env: Settings, expected: Expected): Promise<Finding[]> {
  const url = env.DATABASE_URL
  const file = url.startsWith('file:') ? fileOf(url) : undefined
  const findings = [...(file === undefined ? examineUrl(url) : examineFile(file, env))]
  if (file !== undefined && !existsSync(file)) return findings
  try {
    const database = await openDatabase(url)
    findings.push(good(about, 'It answers, and has every migration.'))
    findings.push(...(await examineOpened(database, env, expected).finally(database.close)))
    return findings
  } catch (error) {
    return [...findings, databaseTrouble(error)]
  }
}

async function examineOpened(
  database: Database,
  env: Settings,
  expected: Expected,
): Promise<Finding[]> {
  return [
    await examineWriting(database),
    await examineKeys(database, env),
    ...(await examineVaultKeys(database, env.VAULT_KEYS)),
    await examineClock(database),
    ...(await examineGrants(database, expected)),
  ]
}

/** A row is written, and taken back by an expectation that cannot be met. */
async function examineWriting({ atomically, tables }: Database): Promise<Finding> {
  const row = { keyNumber: -1, sealed: '', createdAt: 0 }
  try {
    await atomically((tx) => [{ query: tx.insert(tables.vaultCanaries).values(row), expect: 2 }])
    return good(about, 'It can be written.')
  } catch (error) {
    return databaseTrouble(error)
  }
}

async function examineKeys(database: Database, { VAULT_KEYS }: Settings): Promise<Finding> {
  try {
    const known = await refuseWrongKeys(database, VAULT_KEYS)
    const count = [...VAULT_KEYS.keys()].filter((number) => known.has(number)).length
    const says = count === 0 ? 'The database knows none yet.' : 'They open what the database has.'
    return good('VAULT_KEYS', says)
  } catch (error) {
    const { cause } = error as Error
    const says = cause instanceof Error ? cause.message : 'VAULT_KEYS cannot be compared'
    return fault('VAULT_KEYS', says, 'No stored token can be opened until the right keys are back.')
  }
}

function* examineFile(file: string, { VERCEL }: Settings): Generator<Finding> {
  if (VERCEL)
    yield fault(
      about,
      'DATABASE_URL names a file, and on Vercel files do not last',
      'Use Postgres: DATABASE_URL=postgres://…',
    )
  if (file === ':memory:')
    return yield fault(
      about,
      'DATABASE_URL keeps everything in memory: each restart loses every grant',
      'Name a file, such as file:./data/grantkeeper.db',
    )
  if (!existsSync(file)) return yield examineFolder(file)
  if ((statSync(file).mode & 0o077) !== 0)
    yield note(about, `Others on this machine may read ${file}`, `chmod 600 ${file}`)
}

/** Where the first start will make the file. */
function examineFolder(file: string): Finding {
  let folder = dirname(file)
  while (!existsSync(folder)) folder = dirname(folder)
  try {
    accessSync(folder, constants.W_OK)
    if (statSync(folder).isDirectory()) return good(about, `The first start will make ${file}`)
  } catch {
    // Said below.
  }
  const mend = 'Name another file, or let this user write there.'
  return fault(about, `${file} is not there, and cannot be made in ${folder}`, mend)
}

function* examineUrl(text: string): Generator<Finding> {
  if (!URL.canParse(text)) return
  const { hostname, searchParams } = new URL(text)
  const isHere = hostname === '' || /^(localhost|127\.|\[::1\])/.test(hostname)
  if (!isHere && ['disable', 'allow', 'prefer', null].includes(searchParams.get('sslmode')))
    yield note(
      about,
      `What is said to ${hostname} may go over the network in the clear`,
      'Unless that network is private, add ?sslmode=verify-full to DATABASE_URL.',
    )
}

function fileOf(url: string): string {
  const path = url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length)
  return path === ':memory:' ? path : resolve(path)
}
