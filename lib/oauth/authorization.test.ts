import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ProviderEntry } from '#lib/providers/provider'
import { attemptOf } from '../testing/attempt.ts'
import { offered, plainEntry } from '../testing/provider.ts'
import { stubSettings } from '../testing/settings.ts'
import { authorizationError, authorizationUrl, readAuthorizationResponse } from './authorization.ts'
import { resolveProvider } from './metadata.ts'

stubSettings()
const invalid = expect.objectContaining({ code: 'invalid_request' })

async function asked(entry: Partial<ProviderEntry>, transaction = attemptOf()) {
  const provider = await resolveProvider(offered({ ...plainEntry, ...entry }))
  const url = new URL(await authorizationUrl(provider, transaction))
  return { url, transaction, parameters: Object.fromEntries(url.searchParams) }
}

test('MX-22 the authorization request holds exactly what is configured and sealed', async () => {
  const { url, transaction, parameters } = await asked({})
  const s256 = createHash('sha256').update(transaction.code_verifier).digest('base64url')
  expect(url.origin + url.pathname).toBe('https://acme.test/authorize')
  expect(parameters).toEqual({
    response_type: 'code',
    client_id: 'grantkeeper',
    redirect_uri: 'https://app.test/api/integrations/acme/callback',
    state: transaction.state,
    scope: 'files.read',
    code_challenge: s256,
    code_challenge_method: 'S256',
  })
})

test('constant parameters are added, those of the endpoint stay, none may undo the protocol', async () => {
  const { parameters, transaction } = await asked({
    authorization_endpoint: 'https://acme.test/authorize?audience=api',
    authorization_params: { access_type: 'offline', prompt: 'consent' },
  })
  expect(parameters).toMatchObject({ audience: 'api', access_type: 'offline', prompt: 'consent' })
  expect(parameters.state).toBe(transaction.state)
  for (const name of ['state', 'redirect_uri', 'code_challenge', 'response_type', 'client_id'])
    expect(() => offered({ ...plainEntry, authorization_params: { [name]: 'x' } })).toThrow(name)
})

test('MX-13 fifty requests have fifty challenges, and no verifier', async () => {
  const seen = new Set<string | undefined>()
  for (let count = 0; count < 50; count += 1) {
    const { url, parameters, transaction } = await asked({})
    seen.add(parameters.code_challenge)
    expect(url.href).not.toContain(transaction.code_verifier)
  }
  expect(seen.size).toBe(50)
})

test('without PKCE there is no challenge; without scopes no scope', async () => {
  const { parameters } = await asked({ pkce: 'none', scope: [] }, attemptOf({ scope: [] }))
  expect(Object.keys(parameters).sort()).toEqual([
    'client_id',
    'redirect_uri',
    'response_type',
    'state',
  ])
})

test('a nonce is sent where an ID token is asked for, and scopes are joined as the provider says', async () => {
  const scope = ['openid', 'files.read']
  const { parameters, transaction } = await asked(
    { issuer: 'https://acme.test', scope, scope_separator: ',' },
    attemptOf({ scope }),
  )
  expect(parameters).toMatchObject({ nonce: transaction.nonce, scope: 'openid,files.read' })
})

const read = (query: string) => readAuthorizationResponse(new URLSearchParams(query))

test('an authorization response is read, and what is not of it is left out', () => {
  expect(read('code=C&state=S&iss=I&scope=x&session_state=y&error_uri=z')).toEqual({
    code: 'C',
    state: 'S',
    iss: 'I',
  })
  expect(read('')).toEqual({})
})

describe('ST-03 no parameter is there twice', () => {
  test.each([
    'state=S&state=S',
    'state=S&state=Y',
    'state=S&code=C&code=C2',
    'state=S&code=C&iss=I&iss=I',
    'error=x&code=C&error=y',
    'state[]=S&code=C',
    'state=S&code[]=C',
    'state=S&code[0]=C',
    'state=S&iss%5B%5D=I',
    'state=S&error%5Bx%5D=y',
    'state=S&%73tate=S',
  ])('ST-03 %s', (query) => {
    expect(() => read(query)).toThrow(invalid)
  })
})

test.each([
  'access_token=AT',
  'id_token=JWT',
  'response=JWT',
  'token=T',
  'refresh_token=RT',
  'token_type=bearer',
])('MX-14 no token is taken from the front channel: %s', (parameter) => {
  expect(() => read(`state=S&${parameter}`)).toThrow(invalid)
  expect(() => read(`state=S&code=C&${parameter}`)).toThrow(invalid)
})

test('MX-15 parameters are bounded; an oversized state is left to be unknown', () => {
  expect(read(`code=${'c'.repeat(12_288)}`).code).toHaveLength(12_288)
  for (const query of [
    `code=${'c'.repeat(12_289)}`,
    `iss=${'i'.repeat(2049)}`,
    `error=${'e'.repeat(2049)}`,
  ])
    expect(() => read(query)).toThrow(invalid)
  expect(read(`state=${'s'.repeat(8192)}`).state).toHaveLength(8192)
})

test('RU-22 every error of a provider becomes one of our codes', () => {
  expect(authorizationError('access_denied')).toBe('access_denied')
  expect(authorizationError('temporarily_unavailable')).toBe('temporarily_unavailable')
  expect(authorizationError('unauthorized_client')).toBe('provider_misconfigured')
  const odd = ['<script>alert(1)</script>', 'invalid_scope', '', 'ACCESS_DENIED', 'access_denied ']
  for (const error of [...odd, 'constructor', 'toString', '__proto__', 'hasOwnProperty'])
    expect(authorizationError(error)).toBe('provider_error')
})
