import type Client from 'better-sqlite3'
import { type Atomically, compile, isMiss, type Statement } from './atomically.ts'
import type { Handle } from './index.ts'
import { isUniqueViolation, storing } from './storing.ts'

/**
 * Transactions on one SQLite connection. Those that are asked for in one turn of the event loop are
 * committed together, each in a savepoint of its own: a commit waits for the disk, and so they wait once.
 * A group is one synchronous step: between two awaits any other code of this process could run a statement
 * on this one connection, and it would land inside.
 */
export function groupCommit(client: Client.Database, handle: Handle): Atomically {
  const prepare = preparedOn(client)
  let group: Waiting[] = []
  return async (build) => {
    const statements = compile(build(handle))
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    group.push({ statements, resolve, reject })
    // After all that has come in from the network in this turn.
    if (group.length === 1)
      setImmediate(() => {
        const all = group
        group = []
        commit(client, prepare, all)
      })
    return promise
  }
}

type Waiting = {
  statements: Statement[]
  resolve: (isHit: boolean) => void
  reject: (error: unknown) => void
}

type Prepare = (text: string) => Client.Statement

/** Nobody is told anything before the commit. */
function commit(client: Client.Database, prepare: Prepare, group: Waiting[]): void {
  const tell: (() => void)[] = []
  const transaction = client.transaction(() => {
    for (const waiting of group) tell.push(outcome(client, prepare, waiting))
  })
  try {
    storing(() => transaction.immediate())
  } catch (error) {
    for (const { reject } of group) reject(error)
    return
  }
  for (const one of tell) one()
}

/** Runs one of them. What goes wrong in it is its own, unless SQLite has given up the whole transaction. */
function outcome(
  client: Client.Database,
  prepare: Prepare,
  { statements, resolve, reject }: Waiting,
): () => void {
  const savepoint = client.transaction(() => {
    for (const statement of statements)
      if (isMiss(statement, touch(prepare, statement))) throw new Missed()
  })
  try {
    storing(() => savepoint())
    return () => resolve(true)
  } catch (error) {
    if (!client.inTransaction) throw error
    return isMissed(error) ? () => resolve(false) : () => reject(error)
  }
}

/** Thrown within a transaction to roll it back. */
class Missed extends Error {}

function isMissed(error: unknown): boolean {
  const { cause } = error as Error
  return cause instanceof Missed || isUniqueViolation(cause)
}

function touch(prepare: Prepare, { sql, params }: Statement): number {
  const statement = prepare(sql)
  return statement.reader ? statement.all(...params).length : statement.run(...params).changes
}

/** Texts are few, and parameters never part of them: each is compiled once. */
function preparedOn(client: Client.Database): Prepare {
  const known = new Map<string, Client.Statement>()
  return (text) => {
    const statement = known.get(text) ?? client.prepare(text)
    if (known.size >= mostKnown) known.clear()
    known.set(text, statement)
    return statement
  }
}

const mostKnown = 200
