import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import type { Rule } from '../stand-in/scripted/rules.ts'

const spoiled: Record<string, NonNullable<Rule['id_token']>> = {
  'the nonce of another flow': { claims: { nonce: 'another' } },
  'no nonce': { claims: { nonce: null } },
  'another audience': { claims: { aud: 'another-client' } },
  'no audience': { claims: { aud: null } },
  'another issuer': { claims: { iss: 'https://evil.test' } },
  'no signature (alg none)': { alg: 'none' },
  'a signature with a shared secret': { alg: 'HS256' },
  'an end in the past': { expired: true },
  'no subject': { claims: { sub: null } },
}

for (const [name, id_token] of Object.entries(spoiled))
  test(`MX-17 an ID token with ${name} ends the attempt, and its tokens are revoked`, async ({
    alice,
    world,
    grants,
    tokenCalls,
  }) => {
    const { openid } = world.providers
    openid.ctl({ endpoint: 'token', id_token })
    expectError(await connect(alice, 'openid'), 'exchange_failed')
    expect(tokenCalls('openid')).toBe(1)
    expect(openid.calls('/userinfo'), 'the tokens were not used').toEqual([])
    expect(await grants('alice', 'openid', { ended: true })).toEqual([])
    const refreshToken = lastRefreshToken(openid.families)
    const revoked = openid
      .calls('/revoke')
      .map(({ body }) => new URLSearchParams(body).get('token'))
    expect(revoked).toEqual([refreshToken])
    expect(openid.isLive(refreshToken)).toBe(false)
  })

test('MX-17 where openid was asked for, an answer without ID token is refused', async ({
  alice,
  world,
  grants,
}) => {
  const { openid } = world.providers
  openid.ctl({ endpoint: 'token', omit: ['id_token'] })
  expectError(await connect(alice, 'openid'), 'exchange_failed')
  expect(await grants('alice', 'openid', { ended: true })).toEqual([])
  expect(openid.isLive(lastRefreshToken(openid.families))).toBe(false)
})

test('MX-17 an ID token that nobody asked for is not looked at', async ({
  alice,
  world,
  grants,
}) => {
  const { acme } = world.providers
  const claims = Buffer.from('{"sub":"acme_mallory","name":"Mallory"}').toString('base64url')
  for (const id_token of ['not even a JWT', `eyJhbGciOiJub25lIn0.${claims}.`]) {
    acme.ctl({ endpoint: 'token', merge: { id_token } })
    expectOk(await connect(alice))
  }
  const rows = await grants('alice')
  expect(rows.map(({ account_id, account_label }) => [account_id, account_label])).toEqual([
    ['acme_ann', 'Ann'],
  ])
})

function lastRefreshToken(families: { refreshTokens: Map<string, unknown> }[]): string {
  const [token] = families.at(-1)?.refreshTokens.keys() ?? []
  if (!token) throw new Error('no refresh token was issued')
  return token
}
