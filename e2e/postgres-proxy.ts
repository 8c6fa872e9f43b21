import { connect, createServer, type Server, type Socket } from 'node:net'
import { type ClientMessages, clientMessages } from './postgres-messages.ts'

/** What befalls a statement on its way from the app to the server. */
export type Moment = {
  /** The statement, as the app sends it: `commit`, or the text of a query. */
  statement: RegExp
  /** What the same transaction must have said before; without it, anything. */
  after?: RegExp
  /**
   * `reject`: the server rolls back and says that the disk is full. `drop`: the connection is lost
   * before the server hears of it. `drop after`: once the server has done it, before the app hears.
   * A function: the statement waits until it is through; in `done`, the server's answer to it does.
   */
  act: 'reject' | 'drop' | 'drop after' | Wait | { done: Wait }
  /** How often; default: until `mend`. */
  times?: number
}

type Wait = () => Promise<unknown>

export type PostgresProxy = {
  /** The database's URL, by way of this proxy. */
  url: string
  /** From now on, until `mend`. The first that fits holds. */
  at: (moment: Moment) => void
  /** How many statements met one of the moments so far. */
  met: () => number
  /** Cuts all connections, and refuses new ones until `mend`. */
  down: () => void
  /** Cuts all connections; new ones are taken. */
  cut: () => void
  /** Everything works again. */
  mend: () => void
  close: () => Promise<void>
}

type State = { moments: Moment[]; met: number; isDown: boolean; pairs: Set<Pair>; target: URL }

/** A proxy in front of a Postgres server, for the bad days of a database. */
export async function startPostgresProxy(databaseUrl: string): Promise<PostgresProxy> {
  const target = new URL(databaseUrl)
  const state: State = { moments: [], met: 0, isDown: false, pairs: new Set(), target }
  const server = createServer((client) => accept(state, client))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(databaseUrl)
  url.port = portOf(server)
  return { url: url.href, ...controls(state), close: () => close(state, server) }
}

function controls(state: State) {
  const cut = () => {
    for (const pair of state.pairs) end(state, pair)
  }
  return {
    at: (moment: Moment) => void state.moments.push(moment),
    met: () => state.met,
    cut,
    down() {
      state.isDown = true
      cut()
    },
    mend() {
      Object.assign(state, { isDown: false, moments: [], met: 0 })
    },
  }
}

type Pair = { client: Socket; server: Socket; messages: ClientMessages; said: string[] }

function accept(state: State, client: Socket): void {
  if (state.isDown) return void client.destroy()
  const { hostname, port } = state.target
  const server = connect(Number(port), hostname)
  const pair: Pair = { client, server, messages: clientMessages(), said: [] }
  state.pairs.add(pair)
  // Its many small writes would wait for one another, some 40 ms each (Nagle and delayed ACKs).
  for (const socket of [client, server])
    socket
      .setNoDelay()
      .on('error', () => {})
      .on('close', () => end(state, pair))
  let last = Promise.resolve()
  client.on('data', (data) => {
    // One after the other: what comes behind a statement that is held waits too.
    for (const message of pair.messages.read(data))
      last = last.then(() => pass(state, pair, message))
  })
  server.on('data', (data) => void client.write(data))
}

async function pass(
  state: State,
  pair: Pair,
  { bytes, statement }: ReturnType<ClientMessages['read']>[number],
): Promise<void> {
  if (statement === undefined) return void pair.server.write(bytes)
  if (/^begin/i.test(statement)) pair.said = []
  const moment = take(state, pair, statement)
  pair.said.push(statement)
  const act = moment?.act
  if (act === 'drop') return end(state, pair)
  if (act === 'drop after') onceDone(pair, () => end(state, pair))
  if (typeof act === 'function') await act()
  if (typeof act === 'object') holdAnswer(pair, act.done)
  pair.server.write(act === 'reject' ? pair.messages.query(fullDisk) : bytes)
}

function take(state: State, pair: Pair, statement: string): Moment | undefined {
  const found = state.moments.find(
    ({ statement: wanted, after, times = Number.POSITIVE_INFINITY }) =>
      times > 0 && wanted.test(statement) && (!after || after.test(pair.said.join('\n'))),
  )
  if (!found) return undefined
  state.met += 1
  if (found.times !== undefined) found.times -= 1
  return found
}

/** SQLSTATE 53100, in place of the statement; what the transaction did is undone. */
const fullDisk = `rollback; do $$ begin raise exception 'disk full' using errcode = '53100'; end $$`

/** With the server's next word, it has done what it was told. */
function onceDone({ server }: Pair, then: (answer: Buffer) => void): void {
  server.removeAllListeners('data')
  server.once('data', then)
}

function holdAnswer(pair: Pair, wait: Wait): void {
  onceDone(pair, async (answer) => {
    pair.server.pause()
    await wait()
    pair.client.write(answer)
    pair.server.on('data', (data) => void pair.client.write(data)).resume()
  })
}

function end(state: State, pair: Pair): void {
  state.pairs.delete(pair)
  pair.client.destroy()
  pair.server.destroy()
}

async function close(state: State, server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  for (const pair of state.pairs) end(state, pair)
  await closed
}

function portOf(server: Server): string {
  const address = server.address()
  return String(typeof address === 'object' && address ? address.port : 0)
}
