/** One message of a client, whole; `statement` where it bears one: Query or Parse. */
export type ClientMessage = { bytes: Buffer; statement: string | undefined }

export type ClientMessages = {
  /** Takes what has arrived, and gives the messages that are complete. */
  read: (data: Buffer) => ClientMessage[]
  /** A Query message of one's own. */
  query: (sql: string) => Buffer
}

/**
 * Cuts the bytes of a Postgres client into messages, protocol 3.0 without TLS. The first one, which
 * names the database, has no type:
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function clientMessages(): ClientMessages {
  let rest: Buffer = Buffer.alloc(0)
  let isStarted = false
  return {
    read(data) {
      rest = Buffer.concat([rest, data])
      const messages: ClientMessage[] = []
      for (;;) {
        const typeBytes = isStarted ? 1 : 0
        if (rest.length < typeBytes + 4) return messages
        const length = typeBytes + rest.readInt32BE(typeBytes)
        if (rest.length < length) return messages
        const bytes = rest.subarray(0, length)
        messages.push({ bytes, statement: isStarted ? statementOf(bytes) : undefined })
        rest = rest.subarray(length)
        isStarted = true
      }
    },
    query,
  }
}

/** Query: the text. Parse: the name of the prepared statement, then the text. */
function statementOf(message: Buffer): string | undefined {
  const type = String.fromCharCode(message[0] ?? 0)
  if (type !== 'Q' && type !== 'P') return undefined
  const texts = message.toString('utf8', 5).split('\0')
  return type === 'Q' ? texts[0] : texts[1]
}

function query(sql: string): Buffer {
  const text = Buffer.from(`${sql}\0`, 'utf8')
  const head = Buffer.alloc(5)
  head.write('Q')
  head.writeInt32BE(text.length + 4, 1)
  return Buffer.concat([head, text])
}
