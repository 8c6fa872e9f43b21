import { createHash } from 'node:crypto'
import { sealData, unsealData } from 'iron-session'
import { describe, expect, test, vi } from 'vitest'
import { attemptOf } from '../testing/attempt.ts'
import { key, stubSettings } from '../testing/settings.ts'
import {
  forgetTransaction,
  keepTransaction,
  openTransaction,
  type Transaction,
  usedId,
} from './transaction.ts'

const settings = stubSettings()
const invalid = expect.objectContaining({ code: 'invalid_state' })

/** The cookie that a browser sends for a transaction. */
async function cookieOf(transaction: Transaction) {
  const [set = ''] = (await keepTransaction(null, transaction)).slice(-1)
  const [pair = ''] = set.split(';', 1)
  const [name = '', value = ''] = [
    pair.slice(0, pair.indexOf('=')),
    pair.slice(pair.indexOf('=') + 1),
  ]
  return { pair, name, value, set }
}

test('what was sealed opens again, whole', async () => {
  const transaction = attemptOf({ issuer: 'https://acme.test', grant: 'g', org: 'o' })
  const { pair } = await cookieOf(transaction)
  const opened = await openTransaction(`a=b; ${pair}; c=d`, transaction.state)
  expect({ ...opened }).toEqual({ ...transaction })
  const bare = attemptOf({ issuer: undefined, grant: undefined })
  expect((await openTransaction((await cookieOf(bare)).pair, bare.state)).id).toBe(bare.id)
})

test('ST-21 state, id, verifier and nonce are fresh, long, and say nothing', () => {
  const attempts = Array.from({ length: 50 }, () => attemptOf())
  for (const name of ['id', 'state', 'code_verifier', 'nonce'] as const) {
    const values = attempts.map((attempt) => attempt[name])
    expect(new Set(values).size).toBe(50)
    for (const value of values) expect(value).toMatch(/^[A-Za-z0-9_-]{43}$/)
  }
})

test('ST-15 the cookie is bound to this host, and named by a hash of the state', async () => {
  const transaction = attemptOf()
  const { name, set } = await cookieOf(transaction)
  const hash = createHash('sha256').update(transaction.state).digest('hex').slice(0, 16)
  expect(name).toBe(`__Host-oauth_tx_${hash}`)
  expect(set).toMatch(/; Max-Age=900; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
  expect(set).not.toMatch(/domain/i)
  expect(forgetTransaction(transaction)).toBe(
    `${name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure`,
  )
})

test('ST-06 a late one still opens, for its cookie outlives it, and exp tells that it is late', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const transaction = attemptOf()
  const { pair } = await cookieOf(transaction)
  vi.advanceTimersByTime(890_000)
  const { exp } = await openTransaction(pair, transaction.state)
  expect(exp).toBe(transaction.iat + 600)
  expect(exp).toBeLessThan(Date.now() / 1000)
  vi.useRealTimers()
})

test('ST-15 the same name twice is nothing, in whatever order', async () => {
  const transaction = attemptOf()
  const { pair, name, value } = await cookieOf(transaction)
  for (const header of [`${pair}; ${name}=evil`, `${name}=evil; ${pair}`, `${pair}; ${pair}`])
    await expect(openTransaction(header, transaction.state)).rejects.toEqual(invalid)
  const planted = `${name.replace('__Host-', '')}=evil; ${pair}`
  expect((await openTransaction(planted, transaction.state)).id).toBe(transaction.id)
  const unprefixed = `${name.replace('__Host-', '')}=${value}`
  await expect(openTransaction(unprefixed, transaction.state)).rejects.toEqual(invalid)
})

describe('ST-02 only a state of our shape is looked for', () => {
  test.each([
    undefined,
    '',
    ' ',
    'undefined',
    '[object Object]',
    'A'.repeat(43),
    'a'.repeat(8192),
    '\0',
    '../',
    '__proto__',
  ])('ST-02 %j', async (state) => {
    const { pair } = await cookieOf(attemptOf())
    await expect(openTransaction(pair, state)).rejects.toEqual(invalid)
  })

  test('ST-02 a valid state and one more character', async () => {
    const transaction = attemptOf()
    const { pair } = await cookieOf(transaction)
    for (const state of [
      `${transaction.state}A`,
      `${transaction.state}\n`,
      ` ${transaction.state}`,
    ])
      await expect(openTransaction(pair, state)).rejects.toEqual(invalid)
    await expect(openTransaction(null, transaction.state)).rejects.toEqual(invalid)
    expect((await openTransaction(pair, transaction.state)).id).toBe(transaction.id)
  })
})

test('ST-17 the seal of one attempt under the name of another is nothing', async () => {
  const [one, two] = [attemptOf(), attemptOf()]
  const [first, second] = [await cookieOf(one), await cookieOf(two)]
  const swapped = `${second.name}=${first.value}`
  await expect(openTransaction(swapped, two.state)).rejects.toEqual(invalid)
  await expect(openTransaction(swapped, one.state)).rejects.toEqual(invalid)
})

test('ST-18 a seal that was changed anywhere, or cut short, is nothing', async () => {
  const transaction = attemptOf()
  const { name, value } = await cookieOf(transaction)
  const step = Math.floor(value.length / 20)
  for (let at = 0; at < value.length; at += step) {
    const flipped = value[at] === 'A' ? 'B' : 'A'
    for (const bad of [value.slice(0, at) + flipped + value.slice(at + 1), value.slice(0, at)])
      await expect(openTransaction(`${name}=${bad}`, transaction.state)).rejects.toEqual(invalid)
  }
})

test('ST-18 another deployment’s seal is nothing', async () => {
  const { state, pair } = await inProcess({ TRANSACTION_KEYS: key() }, async (other) => {
    const transaction = other.newTransaction(plainAttempt)
    const [set = ''] = await other.keepTransaction(null, transaction)
    return { state: transaction.state, pair: set.split(';', 1)[0] ?? '' }
  })
  await expect(openTransaction(pair, state)).rejects.toEqual(invalid)
})

test('ST-19 seals that make the library throw are nothing', async () => {
  const { name, value } = await cookieOf(attemptOf())
  const { state } = attemptOf()
  const named = `__Host-oauth_tx_${createHash('sha256').update(state).digest('hex').slice(0, 16)}`
  const parts = value.split('*')
  const odd = [
    value.replace('Fe26.2', 'Fe26.1'),
    'Fe26.2*1*a*b*c*d*e*f~2',
    ['Fe26.2', '__proto__', ...parts.slice(2)].join('*'),
    ['Fe26.2', '99', ...parts.slice(2)].join('*'),
    '%00',
    '*'.repeat(100),
    '~2',
    '{}',
  ]
  for (let seed = 0; seed < 100; seed += 1)
    odd.push(parts.map((part, at) => ((seed >> (at % 7)) & 1 ? part : `${seed}`)).join('*'))
  for (const bad of odd)
    await expect(openTransaction(`${named}=${bad}; ${name}=x`, state)).rejects.toEqual(invalid)
})

test('ST-20 no seal of another purpose opens, though made with the same key', async () => {
  const transaction = attemptOf()
  const { name, value } = await cookieOf(transaction)
  const raw = settings.TRANSACTION_KEYS?.slice(2) ?? ''
  const passwords = [raw, { 1: raw }, Buffer.from(raw, 'base64').toString('hex')]
  for (const password of passwords) {
    const foreign = await sealData(plainOf(transaction), { password, ttl: 0 })
    await expect(openTransaction(`${name}=${foreign}`, transaction.state)).rejects.toEqual(invalid)
    const data = await unsealData(value, { password, ttl: 0 }).catch(() => ({}))
    expect(data).toEqual({})
  }
})

test('keys rotate: the highest number seals, what the older one sealed opens still', async () => {
  const [old, fresh] = [key(1), key(2)]
  const sealed = async (ring: string) =>
    inProcess({ TRANSACTION_KEYS: ring }, async (module) => {
      const transaction = module.newTransaction(plainAttempt)
      const [set = ''] = await module.keepTransaction(null, transaction)
      return { state: transaction.state, cookie: set.split(';', 1)[0] ?? '' }
    })
  const opens = (ring: string, { state, cookie }: { state: string; cookie: string }) =>
    inProcess({ TRANSACTION_KEYS: ring }, async (module) =>
      module.openTransaction(cookie, state).then(
        () => true,
        () => false,
      ),
    )
  const before = await sealed(old)
  const after = await sealed(`${old},${fresh}`)
  expect(await opens(`${fresh},${old}`, before)).toBe(true)
  expect(await opens(fresh, before)).toBe(false)
  expect(await opens(fresh, after)).toBe(true)
  expect(await opens(old, after)).toBe(false)
})

test('ST-22 what is remembered of a used one gives nothing of it away', () => {
  const transaction = attemptOf()
  expect(usedId(transaction)).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(usedId(transaction)).not.toBe(transaction.id)
  expect(usedId(transaction)).toBe(usedId({ ...transaction }))
  expect(usedId(attemptOf())).not.toBe(usedId(attemptOf()))
})

const { provider, config, redirect_uri, return_to, scope, login, sub, org } = attemptOf()
const plainAttempt = {
  mode: 'session' as const,
  provider,
  config,
  redirect_uri,
  return_to,
  scope,
  login,
  sub,
  org,
}

/** Without the brand, which is a symbol. */
function plainOf(transaction: Transaction): Record<string, unknown> {
  return JSON.parse(JSON.stringify(transaction))
}

/** The module as another process has it, with settings of its own. */
async function inProcess<T>(
  given: Record<string, string>,
  work: (module: typeof import('./transaction.ts')) => Promise<T>,
): Promise<T> {
  stubSettings({ ...settings, ...given })
  vi.resetModules()
  return work(await import('./transaction.ts'))
}
