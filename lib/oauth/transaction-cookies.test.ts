import { expect, test, vi } from 'vitest'
import { attemptOf } from '../testing/attempt.ts'
import { stubSettings } from '../testing/settings.ts'
import {
  forgetAllTransactions,
  forgetTransaction,
  keepTransaction,
  liveTransactions,
  openTransaction,
  type Transaction,
} from './transaction.ts'

stubSettings({ APP_BASE_URL: 'http://localhost:3000' })

/** A browser's cookie jar, as far as this needs one: cookies in the order of their creation. */
function jar() {
  const cookies = new Map<string, string>()
  const header = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const take = (set: string) => {
    const [pair = ''] = set.split(';', 1)
    const at = pair.indexOf('=')
    if (/; Max-Age=0(;|$)/.test(set)) cookies.delete(pair.slice(0, at))
    else cookies.set(pair.slice(0, at), pair.slice(at + 1))
  }
  return {
    header,
    size: () => cookies.size,
    start: async (transaction: Transaction) => {
      for (const set of await keepTransaction(header(), transaction)) take(set)
    },
    take,
    set: (name: string, value: string) => cookies.set(name, value),
  }
}

const invalid = expect.objectContaining({ code: 'invalid_state' })

test('ST-14 at most five are alive and 4 kB together; the oldest go, the newest stay', async () => {
  const browser = jar()
  browser.set('other', 'kept')
  const attempts = Array.from({ length: 30 }, () => attemptOf())
  for (const attempt of attempts) {
    await browser.start(attempt)
    expect(browser.header().length).toBeLessThan(4096 + 100)
    expect(browser.size()).toBeLessThanOrEqual(6)
  }
  const alive = await liveTransactions(browser.header())
  expect(alive.length).toBeGreaterThanOrEqual(3)
  expect(alive.map(({ id }) => id)).toEqual(attempts.slice(-alive.length).map(({ id }) => id))
  const [oldest, newest] = [attempts[0], attempts[29]]
  await expect(openTransaction(browser.header(), oldest?.state)).rejects.toEqual(invalid)
  expect((await openTransaction(browser.header(), newest?.state)).id).toBe(newest?.id)
  expect(browser.header()).toContain('other=kept')
})

test('ST-14 long attempts make room for each other by size', async () => {
  const browser = jar()
  const return_to = `https://app.test/${'x'.repeat(900)}`
  for (let count = 0; count < 5; count += 1) {
    await browser.start(attemptOf({ return_to }))
    expect(browser.header().length).toBeLessThanOrEqual(4096 + 8)
  }
  expect(await liveTransactions(browser.header())).not.toHaveLength(0)
})

test('ST-14 one that no browser would keep is refused, and evicts nothing', async () => {
  const scope = Array.from({ length: 60 }, (_, n) => `https://acme.test/auth/some.long.scope.${n}`)
  const refused = expect.objectContaining({ code: 'invalid_request' })
  await expect(keepTransaction(null, attemptOf({ scope }))).rejects.toEqual(refused)
})

test('ST-13 each attempt has a cookie of its own: ending one leaves the other', async () => {
  const browser = jar()
  const [one, two] = [attemptOf(), attemptOf()]
  await browser.start(one)
  await browser.start(two)
  browser.take(forgetTransaction(two))
  expect((await openTransaction(browser.header(), one.state)).id).toBe(one.id)
  await expect(openTransaction(browser.header(), two.state)).rejects.toEqual(invalid)
})

test('only attempts in time are alive', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const browser = jar()
  await browser.start(attemptOf())
  vi.advanceTimersByTime(300_000)
  const second = attemptOf()
  await browser.start(second)
  vi.advanceTimersByTime(301_000)
  expect((await liveTransactions(browser.header())).map(({ id }) => id)).toEqual([second.id])
  vi.useRealTimers()
})

test('garbage beside them does no harm', async () => {
  const transaction = attemptOf()
  const browser = jar()
  browser.set('oauth_tx_0123456789abcdef', 'garbage')
  await browser.start(transaction)
  const header = `;; =; oauth_tx_; ${browser.header()};`
  expect((await liveTransactions(header)).map(({ id }) => id)).toEqual([transaction.id])
  expect(await liveTransactions(null)).toEqual([])
})

test('over http the cookies are neither __Host- nor Secure, else browsers would drop them', async () => {
  const [set = ''] = await keepTransaction(null, attemptOf())
  expect(set).toMatch(/^oauth_tx_[0-9a-f]{16}=/)
  expect(set).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/)
})

test('at logout all of them go, and nothing else', async () => {
  const browser = jar()
  browser.set('session', 'kept')
  for (let count = 0; count < 3; count += 1) await browser.start(attemptOf())
  const sets = forgetAllTransactions(browser.header())
  expect(sets).toHaveLength(3)
  for (const set of sets) browser.take(set)
  expect(browser.header()).toBe('session=kept')
  expect(forgetAllTransactions(null)).toEqual([])
})
