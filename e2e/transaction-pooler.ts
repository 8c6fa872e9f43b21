import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { clientMessages } from './postgres-messages.ts'

export type TransactionPooler = {
  /** The database's URL, by way of this pooler. */
  url: string
  close: () => Promise<void>
}

/** A connection to the server, and whom it serves until the end of a transaction. */
type Backend = { socket: Socket; client?: Client | undefined; unanswered: number }
type Client = { socket: Socket; queue: Buffer[]; backend?: Backend | undefined }
type Pool = { idle: Backend[]; waiting: Client[] }

/**
 * Pools by transaction, as PgBouncer and Neon's pooler do: each transaction gets that one of two connections
 * which was idle longest, so that nothing which a session keeps is there the next time. Startup parameters
 * that poolers do not know are refused. The server must let its user in without password and TLS.
 */
export async function startTransactionPooler(databaseUrl: string): Promise<TransactionPooler> {
  const backends = await Promise.all([openBackend(databaseUrl), openBackend(databaseUrl)])
  const pool: Pool = { idle: [...backends], waiting: [] }
  const clients = new Set<Socket>()
  for (const backend of backends) passAnswers(pool, backend)
  const server = createServer((socket) => {
    clients.add(socket)
    takeMessages(pool, { socket, queue: [] })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = new URL(databaseUrl)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    async close() {
      for (const socket of [...clients, ...backends.map((backend) => backend.socket)])
        socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}

/** A connection on which the server is ready for the first query. */
async function openBackend(databaseUrl: string): Promise<Backend> {
  const { hostname, port, username, pathname } = new URL(databaseUrl)
  const socket = connect(Number(port), hostname)
  const parameters = ['user', username, 'database', pathname.slice(1), '']
  const body = Buffer.concat([int32(196_608), Buffer.from(`${parameters.join('\0')}\0`)])
  socket.write(Buffer.concat([int32(body.length + 4), body]))
  const read = serverMessages()
  for (;;) {
    const [data] = await once(socket, 'data')
    if (read(data).some(({ type }) => type === 'Z')) return { socket, unanswered: 0 }
  }
}

function passAnswers(pool: Pool, backend: Backend): void {
  const read = serverMessages()
  backend.socket.on('error', () => {})
  backend.socket.on('data', (data: Buffer) => {
    for (const { type, bytes } of read(data)) {
      backend.client?.socket.write(bytes)
      // ReadyForQuery: one for each Query and Sync; I is "in no transaction".
      if (type !== 'Z') continue
      backend.unanswered -= 1
      if (backend.unanswered === 0 && bytes.at(-1) === 0x49) giveBack(pool, backend)
    }
  })
}

function giveBack(pool: Pool, backend: Backend): void {
  if (backend.client) backend.client.backend = undefined
  backend.client = undefined
  pool.idle.push(backend)
  serveNext(pool)
}

function serveNext({ idle, waiting }: Pool): void {
  while (idle.length > 0 && waiting.length > 0) {
    const [backend, client] = [idle.shift(), waiting.shift()]
    if (!backend || !client) return
    backend.client = client
    client.backend = backend
    passQueries(client, backend)
  }
}

function passQueries({ queue }: Client, backend: Backend): void {
  for (const message of queue.splice(0)) {
    if (/[QS]/.test(String.fromCharCode(message[0] ?? 0))) backend.unanswered += 1
    backend.socket.write(message)
  }
}

function takeMessages(pool: Pool, client: Client): void {
  const reader = clientMessages()
  let isGreeted = false
  client.socket.on('error', () => {})
  client.socket.on('data', (data: Buffer) => {
    for (const { bytes } of reader.read(data)) {
      if (!isGreeted) {
        isGreeted = true
        client.socket.write(greeting(bytes))
      } else if (bytes[0] === 0x58) client.socket.end()
      else client.queue.push(bytes)
    }
    if (client.queue.length === 0) return
    if (client.backend) passQueries(client, client.backend)
    else if (!pool.waiting.includes(client)) pool.waiting.push(client)
    serveNext(pool)
  })
}

/** AuthenticationOk, a key and ReadyForQuery; or a refusal, as PgBouncer words it. */
function greeting(startup: Buffer): Buffer {
  const names = startup.toString('utf8', 8).split('\0')
  const known = ['user', 'database', 'client_encoding', 'application_name', '']
  const unknown = names.filter((_, index) => index % 2 === 0).find((name) => !known.includes(name))
  if (unknown !== undefined)
    return message('E', `SFATAL\0C08P01\0Munsupported startup parameter: ${unknown}\0\0`)
  return Buffer.concat([message('R', int32(0)), message('K', Buffer.alloc(8)), message('Z', 'I')])
}

type ServerMessage = { type: string; bytes: Buffer }

/** Cuts what a server sends into messages: a type, a length, a body. */
function serverMessages(): (data: Buffer) => ServerMessage[] {
  let rest: Buffer = Buffer.alloc(0)
  return (data) => {
    rest = Buffer.concat([rest, data])
    const messages: ServerMessage[] = []
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const bytes = rest.subarray(0, rest.readInt32BE(1) + 1)
      messages.push({ type: String.fromCharCode(bytes[0] ?? 0), bytes })
      rest = rest.subarray(bytes.length)
    }
    return messages
  }
}

function message(type: string, body: string | Buffer): Buffer {
  const content = Buffer.from(body)
  return Buffer.concat([Buffer.from(type), int32(content.length + 4), content])
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
