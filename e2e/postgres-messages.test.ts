import { expect, test } from 'vitest'
import { clientMessages } from './postgres-messages.ts'

/** Without a type: its length, the protocol's version, and a parameter. */
const startup = Buffer.from('\0\0\0\x13\0\x03\0\0user\0ada\0\0\0', 'latin1')

test('messages come out whole, however they arrive', () => {
  const { read, query } = clientMessages()
  const bytes = Buffer.concat([startup, query('begin'), query('commit')])
  const messages = [...bytes].flatMap((byte) => read(Buffer.of(byte)))
  expect(messages.map(({ statement }) => statement)).toEqual([undefined, 'begin', 'commit'])
  expect(Buffer.concat(messages.map((message) => message.bytes))).toEqual(bytes)
})

test('the text of a prepared statement is known, and its name is not taken for it', () => {
  const { read } = clientMessages()
  read(startup)
  const body = Buffer.from('name\0select 1\0\0\0', 'latin1')
  const head = Buffer.from([0x50, 0, 0, 0, body.length + 4])
  const sync = Buffer.from([0x53, 0, 0, 0, 4])
  const messages = read(Buffer.concat([head, body, sync]))
  expect(messages.map(({ statement }) => statement)).toEqual(['select 1', undefined])
})
