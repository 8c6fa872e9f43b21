import { describe, expect, test } from 'vitest'
import type { ProviderEntry } from '#lib/providers/provider'
import { offered, plainEntry } from '../testing/provider.ts'
import { readRenewed, readTokens } from './token-response.ts'

const providerOf = (entry: Partial<ProviderEntry> = {}) => offered({ ...plainEntry, ...entry })
const good = { access_token: 'AT', token_type: 'Bearer' }
const read = (members: Record<string, unknown>, entry?: Partial<ProviderEntry>) =>
  readTokens(providerOf(entry), members, performance.now())
const renew = (members: Record<string, unknown>, entry?: Partial<ProviderEntry>) =>
  readRenewed(providerOf(entry), members, { sentAt: performance.now(), sent: 'RT_old' })

describe('WD-05 scope', () => {
  test.each([
    ['a b', ['a', 'b']],
    ['a,b', ['a', 'b']],
    ['a, b', ['a', 'b']],
    [
      ['a', 'b c'],
      ['a', 'b', 'c'],
    ],
    ['files.read,write a', ['files.read,write', 'a']],
    ['a a', ['a']],
    [['a', null, 7], ['a']],
    ['', null],
    [' ', null],
    [',', null],
    [null, null],
    [undefined, null],
    [[], null],
    [{}, null],
    [7, null],
    [true, null],
    ['x'.repeat(20_000), null],
  ])('WD-05 %j is %j', (scope, expected) => {
    const entry = { scope: ['files.read,write'] }
    expect(read({ ...good, scope }, entry)?.scope).toEqual(expected)
    expect(renew({ ...good, scope }, entry)?.scope).toEqual(expected)
  })
})

describe('WD-05 refresh_token', () => {
  test.each([undefined, null, '', false])('WD-05 %j is none', (refresh_token) => {
    expect(read({ ...good, refresh_token })).toMatchObject({
      accessToken: 'AT',
      refreshToken: null,
    })
    expect(renew({ ...good, refresh_token })).toMatchObject({
      accessToken: 'AT',
      refreshToken: null,
    })
  })

  test.each([[{}], [['RT']], [7], ['R T'], ['\u00e9'], ['x'.repeat(65_537)]])(
    'WD-05 %j makes no grant that would end unnoticed, and ends none that is there',
    (refresh_token) => {
      expect(read({ ...good, refresh_token })).toBeUndefined()
      expect(renew({ ...good, refresh_token })).toMatchObject({
        ...{ accessToken: 'AT', refreshToken: null },
      })
    },
  )

  test.each([
    [{ refresh_token: 'RT' }],
    [{ refresh_token: 'RT', access_token: null }],
    [{ refresh_token: 'RT', access_token: 'A T' }],
    [{ refresh_token: 'RT', access_token: 'AT', token_type: 'mac' }],
    [{ refresh_token: 'RT', access_token: 'AT', token_type: ['bearer'] }],
  ])('WD-05 %j: a new one that comes without a good access token is kept', (members) => {
    expect(renew(members)).toMatchObject({ accessToken: null, refreshToken: 'RT' })
    expect(read(members)).toBeUndefined()
  })

  test.each([
    [{}],
    [{ refresh_token: 'RT_old' }],
    [{ access_token: 'AT', token_type: 'DPoP' }],
    [{ access_token: 7, token_type: 'bearer' }],
  ])('WD-05 %j brings nothing', (members) => {
    expect(renew(members)).toBeUndefined()
  })
})

describe('WD-09 token_type', () => {
  test.each(['User Access Token', 'mac', 'DPoP', 'bearer ', 7, ['bearer'], {}])(
    'WD-09 %j is refused, also where a refresh says it',
    (token_type) => {
      expect(read({ ...good, token_type })).toBeUndefined()
      expect(renew({ ...good, token_type })).toBeUndefined()
    },
  )

  test.each([undefined, null, ''])(
    'WD-09 %j is refused at first, and no news later',
    (token_type) => {
      expect(read({ ...good, token_type })).toBeUndefined()
      expect(renew({ ...good, token_type })).toMatchObject({ accessToken: 'AT' })
      expect(read({ ...good, token_type }, { token_types: [''] })).toMatchObject({
        accessToken: 'AT',
      })
    },
  )

  test('WD-09 an entry can allow others, in any case', () => {
    const entry = { token_types: ['User Access Token'] }
    for (const token_type of ['User Access Token', 'user access token', 'bearer'])
      expect(read({ ...good, token_type }, entry)).toMatchObject({ accessToken: 'AT' })
    for (const token_type of ['mac', '', undefined])
      expect(read({ ...good, token_type }, entry)).toBeUndefined()
  })
})

test('WD-06 a life of more than ten years is to be doubted', () => {
  const life = (expires_in: unknown) => {
    const tokens = read({ ...good, expires_in })
    const at = tokens?.accessTokenExpiresAt ?? null
    return { s: at && Math.round((at - Date.now()) / 1000), doubt: tokens?.isLifeDoubtful }
  }
  expect(life(60)).toEqual({ s: 60, doubt: undefined })
  expect(life(1_796_083_200)).toEqual({ s: 315_360_000, doubt: true })
  expect(life(-1)).toEqual({ s: null, doubt: undefined })
})

test.each([[-1], [0], ['soon'], [1e11], [Number.NaN]])(
  'WD-05 refresh_token_expires_in %j is ignored',
  (refresh_token_expires_in) => {
    const tokens = read({ ...good, refresh_token: 'RT', refresh_token_expires_in })
    expect(tokens?.refreshTokenExpiresAt).toBeNull()
  },
)
