import { expect, test, vi } from 'vitest'
import type { Integration } from './index.ts'
import { storeOf } from './store.ts'
import { grant, listOf } from './testing/acme.ts'

const none = listOf().body.integrations
const one = listOf(grant('g1')).body.integrations

/** A client whose answers come when the test says so, in the order that it says. */
function slowClient() {
  const waiting: PromiseWithResolvers<Integration[]>[] = []
  const listeners = new Set<() => void>()
  return {
    waiting,
    change: () => {
      for (const listener of listeners) listener()
    },
    listeners,
    list: () => {
      const answer = Promise.withResolvers<Integration[]>()
      waiting.push(answer)
      return answer.promise
    },
    subscribe: (listener: () => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

test('all who look share one load, and nobody who has gone is told', async () => {
  const client = slowClient()
  const [first, second] = [vi.fn(), vi.fn()]
  const end = storeOf(client).subscribe(first)
  storeOf(client).subscribe(second)
  expect(client.waiting).toHaveLength(1)
  expect(storeOf(client).snapshot().status).toBe('loading')
  end()
  client.waiting[0]?.resolve(one)
  await vi.waitFor(() => expect(second).toHaveBeenCalledOnce())
  expect(first).not.toHaveBeenCalled()
  expect(storeOf(client).snapshot()).toMatchObject({ status: 'ready', integrations: one })
})

test('a change is loaded, and an older answer that is late does not undo it', async () => {
  const client = slowClient()
  const store = storeOf(client)
  const told = vi.fn()
  store.subscribe(told)
  client.change()
  const [older, newer] = client.waiting
  newer?.resolve(one)
  await vi.waitFor(() => expect(told).toHaveBeenCalledOnce())
  older?.resolve(none)
  await older?.promise
  expect(store.snapshot().integrations).toBe(one)
})

test('a load that fails keeps what was there, and one that works forgets the failure', async () => {
  const client = slowClient()
  const store = storeOf(client)
  store.subscribe(() => {})
  client.waiting[0]?.resolve(one)
  await vi.waitFor(() => expect(store.snapshot().status).toBe('ready'))
  const failing = store.reload()
  client.waiting[1]?.reject(new Error('down'))
  await failing
  expect(store.snapshot()).toMatchObject({ status: 'error', integrations: one })
  const again = store.reload()
  client.waiting[2]?.resolve(none)
  await again
  expect(store.snapshot()).toEqual({ status: 'ready', integrations: none, error: undefined })
})

test('when nobody looks any more, nothing is loaded', () => {
  const client = slowClient()
  storeOf(client).subscribe(() => {})()
  client.change()
  expect(client.waiting).toHaveLength(1)
  expect(client.listeners.size).toBe(0)
})
