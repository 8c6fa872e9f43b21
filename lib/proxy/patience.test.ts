import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { GrantkeeperError } from '#lib/errors'
import { stubSettings } from '../testing/settings.ts'
import { startPatience } from './patience.ts'

stubSettings({ TOKEN_DEADLINE_MS: '100', LEASE_MS: '400' })

const late = expect.objectContaining({ code: 'temporarily_unavailable', status: 504 })
const limit = { bytes: 10, tooLarge: new GrantkeeperError('invalid_request', { status: 413 }) }
const nobody = () => new AbortController().signal

async function* every(ms: number, size = 1): AsyncGenerator<Buffer> {
  for (;;) {
    await sleep(ms)
    yield Buffer.alloc(size)
  }
}

async function drain(chunks: AsyncIterable<Buffer>): Promise<number> {
  let size = 0
  for await (const chunk of chunks) size += chunk.length
  return size
}

test('a body goes through whole', async () => {
  const { pass, end } = startPatience(nobody())
  const chunks = [Buffer.from('12345'), new Uint8Array(5)]
  expect(
    await drain(
      pass(
        (async function* () {
          yield* chunks
        })(),
        limit,
      ),
    ),
  ).toBe(10)
  end()
})

test('PX-12 more than may pass is refused', async () => {
  const { pass, end } = startPatience(nobody())
  await expect(drain(pass(every(1, 4), limit))).rejects.toEqual(limit.tooLarge)
  end()
})

test('PX-12 three deadlines without a byte are too long', async () => {
  const since = Date.now()
  const { pass, signal } = startPatience(nobody())
  await expect(drain(pass(every(60_000), limit))).rejects.toEqual(late)
  expect(signal.aborted).toBe(true)
  expect(Date.now() - since).toBeGreaterThan(250)
})

test('PX-12 signs of life help for twelve deadlines in all', async () => {
  const since = Date.now()
  const { pass } = startPatience(nobody())
  await expect(drain(pass(every(50), { ...limit, bytes: 1e9 }))).rejects.toEqual(late)
  expect(Date.now() - since).toBeGreaterThan(1100)
})

test('PX-12 a client that leaves ends it, at any time', async () => {
  const client = new AbortController()
  const { pass, signal } = startPatience(client.signal)
  const drained = drain(pass(every(60_000), limit))
  client.abort()
  await expect(drained).rejects.toEqual(late)
  expect(signal.aborted).toBe(true)
  expect(startPatience(client.signal).signal.aborted).toBe(true)
})
