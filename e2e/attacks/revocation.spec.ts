import { texts } from '#app/texts'
import type { Visitor } from '../browser-client.ts'
import { disconnect, fieldsOf, postForm } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { lockTables } from '../refused-writes.ts'
import type { Rule } from '../stand-in/scripted/rules.ts'
import type { World } from '../world.ts'

test('RV-01 a disconnect revokes the refresh token and leaves a tombstone without tokens', async ({
  alice,
  world,
  grants,
}) => {
  const { acme } = world.providers
  expectOk(await connect(alice))
  const refreshToken = newestRefreshToken(world)
  const { outcome, answer } = await disconnect(alice)
  expect(outcome).toBe('revoked')
  const revoked = acme.calls('/revoke').map(({ body }) => new URLSearchParams(body).get('token'))
  expect(revoked).toEqual([refreshToken])
  expect(acme.isLive(refreshToken)).toBe(false)
  expect(await grants('alice')).toEqual([])
  expect(await grants('alice', 'acme', { ended: true })).toMatchObject([
    { status: 'disconnected', access_token: null, refresh_token: null, revocation: 'revoked' },
  ])
  expect(await world.rows.all('pending_revocations')).toEqual([])
  const page = await alice.get(answer.location ?? '')
  expect(page.body).toContain(texts.detail.revocation.revoked('Acme'))
})

test('RV-01 where there is nothing to revoke at, that is told', async ({ alice, grants }) => {
  expectOk(await connect(alice, 'plain'))
  const { outcome, answer } = await disconnect(alice, 'plain')
  expect(outcome).toBe('unsupported')
  expect(await grants('alice', 'plain', { ended: true })).toMatchObject([
    { status: 'disconnected', access_token: null, refresh_token: null, revocation: 'unsupported' },
  ])
  const page = await alice.get(answer.location ?? '')
  expect(page.body).toContain(texts.detail.revocation.unsupported('Plain'))
})

test('RV-01 connecting again makes a new grant, and the old one stays ended', async ({
  alice,
  grants,
}) => {
  expectOk(await connect(alice))
  await disconnect(alice)
  const [ended] = await grants('alice', 'acme', { ended: true })
  expectOk(await connect(alice))
  const [living] = await grants('alice')
  expect(living?.id).not.toBe(ended?.id)
  expect(await grants('alice', 'acme', { ended: true })).toHaveLength(2)
})

test('RV-01 nobody disconnects what is another’s, and two at once end it once', async ({
  alice,
  mallory,
  world,
  grants,
}) => {
  expectOk(await connect(alice))
  expectOk(await connect(mallory))
  const [hers] = await grants('alice')
  const forged = await disconnect(mallory, 'acme', { grant: `${hers?.id}` })
  expect(forged).toMatchObject({ outcome: 'no', error: 'not_connected' })
  expect(await grants('alice')).toEqual([hers])
  expect(world.providers.acme.calls('/revoke')).toEqual([])
  const page = await alice.get('/integrations/acme')
  const twice = [1, 2].map(() => postForm(alice, page.url, fieldsOf(page.body)))
  const outcomes = (await Promise.all(twice)).map(({ location }) =>
    location?.searchParams.get('disconnected'),
  )
  expect(outcomes, 'the later one is told how it ended').toEqual(['revoked', 'revoked'])
  expect(world.providers.acme.calls('/revoke')).toHaveLength(1)
  expect(await grants('mallory')).toHaveLength(1)
})

const failures: Record<string, Omit<Rule, 'endpoint'>> = {
  '503 with Retry-After': { status: 503, headers: { 'retry-after': '120' } },
  500: { status: 500 },
  400: { status: 400, body: '{"error":"unsupported_token_type"}' },
  401: { status: 401, body: '{"error":"invalid_client"}' },
  429: { status: 429 },
  'a time-out': { template: 'stall' },
  'a broken connection': { template: 'drop' },
  'an answer without end': { template: 'endless' },
}

for (const [what, failure] of Object.entries(failures))
  test(`RV-02 a revocation that fails disconnects all the same, and is tried again: ${what}`, async ({
    alice,
    bob,
    world,
    grants,
  }) => {
    const { acme } = world.providers
    expectOk(await connect(alice))
    const refreshToken = newestRefreshToken(world)
    acme.ctl({ endpoint: 'revoke', ...failure })
    const { outcome, answer } = await disconnect(alice)
    expect(outcome).toBe('failed')
    expect(await grants('alice')).toEqual([])
    const page = await alice.get(answer.location ?? '')
    expect(page.body).toContain(texts.detail.revocation.failed('Acme'))
    const [waiting] = await world.rows.all('pending_revocations')
    expect(waiting).toMatchObject({
      token: expect.stringMatching(/^gk1\.1\./),
      token_kind: 'refresh_token',
    })
    expect(Number(waiting?.expires_at) - Date.now()).toBeGreaterThan(23 * 3_600_000)
    acme.reset()
    await sweep(world, bob)
    await expect.poll(() => world.rows.all('pending_revocations')).toEqual([])
    expect(acme.isLive(refreshToken)).toBe(false)
    expect(await typesOfEvents(world)).toContain('revoked_later')
  })

test('RV-02 after a day the token is wiped, revoked or not', async ({ alice, bob, world }) => {
  const { acme } = world.providers
  expectOk(await connect(alice))
  acme.ctl({ endpoint: 'revoke', status: 503 })
  await disconnect(alice)
  await sweep(world, bob)
  await expect.poll(() => acme.calls('/revoke').length).toBe(2)
  expect(await attemptsOf(world)).toEqual([1])
  await world.rows.execute('update pending_revocations set expires_at = 1')
  await sweep(world, bob)
  await expect.poll(() => world.rows.all('pending_revocations')).toEqual([])
  expect(await typesOfEvents(world)).toContain('revocation_given_up')
})

test('RV-02 a reconnect of the same account cancels what was still to be revoked', async ({
  alice,
  bob,
  world,
  grants,
}) => {
  const { acme } = world.providers
  expectOk(await connect(alice))
  acme.ctl({ endpoint: 'revoke', status: 503 })
  await disconnect(alice)
  const { length } = acme.calls('/revoke')
  expectOk(await connect(alice, 'acme', { account: 'other' }))
  expect(await world.rows.all('pending_revocations')).toHaveLength(1)
  await world.rows.execute(
    `update pending_revocations set next_attempt_at = ${Date.now() + 60_000}`,
  )
  expectOk(await connect(alice))
  expect(await world.rows.all('pending_revocations')).toEqual([])
  const refreshToken = newestRefreshToken(world)
  await sweep(world, bob)
  expect(acme.calls('/revoke').length).toBeLessThanOrEqual(length + 1)
  expect(acme.isLive(refreshToken)).toBe(true)
  expect(await grants('alice')).toHaveLength(2)
})

test('RV-06 tokens that cannot be stored are revoked', async ({ alice, world, grants }) => {
  const { acme } = world.providers
  // Breaks between the consume and the commit: another process holds the database from here on.
  let unlock = async () => {}
  const during = async () => {
    unlock = await lockTables(world)
  }
  acme.ctl({ endpoint: 'token', nth: 1, during })
  expectError(await connect(alice), 'storage_unavailable')
  await unlock()
  const refreshToken = newestRefreshToken(world)
  expect(acme.calls('/revoke').map(({ body }) => new URLSearchParams(body).get('token'))).toEqual([
    refreshToken,
  ])
  expect(acme.isLive(refreshToken)).toBe(false)
  expect(await grants('alice')).toEqual([])
  expectOk(await connect(alice))
})

/** Lets the app do what it does from time to time: it does so after a connect, too. */
async function sweep({ rows }: World, one: Visitor): Promise<void> {
  await rows.execute('update pending_revocations set next_attempt_at = 0')
  expectOk(await connect(one, 'plain'))
}

async function attemptsOf({ rows }: World) {
  return (await rows.all('pending_revocations')).map(({ attempts }) => attempts)
}

async function typesOfEvents({ rows }: World) {
  return (await rows.all('events')).map(({ type }) => type)
}

function newestRefreshToken({ providers }: World): string {
  const [token] = providers.acme.families.at(-1)?.refreshTokens.keys() ?? []
  if (!token) throw new Error('acme issued no refresh token')
  return token
}
