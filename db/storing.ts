import { DrizzleQueryError } from 'drizzle-orm/errors'
import { GrantkeeperError } from '#lib/errors'

/**
 * Runs `work`; whatever the database throws, at once or later, becomes a GrantkeeperError. Drizzle's
 * own error is left out of the chain of causes, since its message contains the parameters.
 */
export function storing<T>(work: () => T): T {
  try {
    const result = work()
    return result instanceof Promise ? (result.catch(fail) as T) : result
  } catch (error) {
    return fail(error)
  }
}

/**
 * Makes every query of a Drizzle handle go through `storing`, prepared ones too. Done once, where the
 * database is opened, so that no query can be written that forgets it.
 */
export function guardQueries(db: unknown): void {
  const { session } = db as { session: { prepareQuery: (...args: unknown[]) => Prepared } }
  const prepare = session.prepareQuery.bind(session)
  session.prepareQuery = (...args) => {
    const prepared = storing(() => prepare(...args))
    for (const name of ['execute', 'run', 'all', 'get', 'values'] as const) {
      const run = prepared[name]
      if (run) prepared[name] = (...given) => storing(() => run.apply(prepared, given))
    }
    return prepared
  }
}

/** A row with this key is there already: SQLite's extended codes, and SQLSTATE 23505. */
export function isUniqueViolation(error: unknown): boolean {
  return /^(SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)|23505)$/.test(systemCode(error))
}

type Method = (...args: unknown[]) => unknown
type Prepared = Partial<Record<'execute' | 'run' | 'all' | 'get' | 'values', Method>>

/** Seconds: a lock is mostly gone, and a restarted server mostly back, by then. */
const retryAfterS = 5

function fail(error: unknown): never {
  if (error instanceof GrantkeeperError) throw error
  const cause = error instanceof DrizzleQueryError ? error.cause : error
  if (isMistake(cause)) throw new GrantkeeperError('server_error', { cause })
  throw new GrantkeeperError('storage_unavailable', { cause, retryAfterS })
}

/** Our own fault, which waiting does not mend: a broken constraint, a wrong type, wrong SQL. */
function isMistake(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return true
  // 42P01 and 42501 are left out: a table or a right that is missing is the deployment's state.
  return /^(SQLITE_(CONSTRAINT|ERROR|MISMATCH|RANGE).*|2[23]\w{3}|42(?!P01|501)\w{3})$/.test(
    systemCode(error),
  )
}

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
