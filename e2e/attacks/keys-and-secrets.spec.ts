import type { Visitor } from '../browser-client.ts'
import { disconnect } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, requestStart, start, visitCallback } from '../flow.ts'
import { hurriedEnv } from '../hurry.ts'
import { expectError, expectOk } from '../outcome.ts'
import { inOwnWorld } from '../own-world.ts'
import { refusal } from '../refusal.ts'
import { key } from '../settings.ts'
import type { World } from '../world.ts'

test('CR-07 without proper keys the app does not start', async ({ world }) => {
  const random = key().slice(2)
  const bad = {
    missing: '',
    'the sample of the documentation': '1:base64key',
    'one good, one short': `1:${random},2:short`,
  }
  for (const [why, VAULT_KEYS] of Object.entries(bad)) {
    const complaint = await refusal(world, { VAULT_KEYS })
    expect(complaint, why).toMatch(/- VAULT_KEYS/)
    expect(complaint, 'no key is quoted').not.toContain(random)
  }
  expect(await refusal(world, { TRANSACTION_KEYS: '' })).toMatch(/- TRANSACTION_KEYS/)
})

test('CR-11 two equal secrets stop the start', async ({ world }) => {
  const { VAULT_KEYS = '', AUTH0_SECRET = '' } = world.env
  const hex = Buffer.from(VAULT_KEYS.slice(2), 'base64').toString('hex')
  const equal: Record<string, string>[] = [
    { TRANSACTION_KEYS: VAULT_KEYS },
    { AUTH0_SECRET: hex },
    { CRON_SECRET: AUTH0_SECRET },
    { ACME_CLIENT_SECRET: AUTH0_SECRET },
  ]
  for (const secrets of equal) {
    const complaint = await refusal(world, secrets)
    expect(complaint, Object.keys(secrets).join()).toMatch(/each needs its own/)
    for (const secret of Object.values(secrets)) expect(complaint).not.toContain(secret)
  }
})

test('CR-09 with a wrong key nobody is called and nothing is lost, and the right one heals', async () => {
  await inOwnWorld({ env: hurriedEnv() }, async ({ world, visit }) => {
    const right = world.env.VAULT_KEYS ?? ''
    const { acme } = world.providers
    const [alice, bob] = [await visit('alice'), await visit('bob')]
    for (const one of [alice, bob]) expectOk(await connect(one))
    await leavePendingRevocation(world, bob)
    const { authorizationUrl } = await start(alice)
    const callback = await approve(authorizationUrl)
    const kept = await tokensIn(world)
    acme.reset()
    await world.restart({ VAULT_KEYS: key() })
    await world.rows.execute('update pending_revocations set next_attempt_at = 0, expires_at = 1')
    const ready = await alice.get('/api/ready')
    expect([ready.status, JSON.parse(ready.body)]).toEqual([
      503,
      { status: 'not_ready', lacks: 'keys', code: 'storage_unavailable' },
    ])
    expectError(await requestStart({ visitor: alice }), 'storage_unavailable')
    expectError(await visitCallback(alice, callback), 'storage_unavailable')
    await sweeps(world, 3)
    expect(acme.log()).toEqual([])
    expect(await tokensIn(world)).toEqual(kept)
    await world.restart({ VAULT_KEYS: right })
    expect((await alice.get('/api/ready')).status).toBe(200)
    // What waited is revoked, though its day was over: nobody could have done it before.
    await expect.poll(() => world.rows.all('pending_revocations')).toEqual([])
    expect(acme.calls('/revoke')).toHaveLength(1)
    expect((await disconnect(alice)).outcome).toBe('revoked')
  })
})

async function leavePendingRevocation({ providers, rows }: World, one: Visitor): Promise<void> {
  providers.acme.ctl({ endpoint: 'revoke', status: 503 })
  expect((await disconnect(one)).outcome).toBe('failed')
  expect(await rows.all('pending_revocations')).toHaveLength(1)
}

/** Everything sealed in the database, with the row that it is in. */
async function tokensIn({ rows }: World): Promise<unknown[]> {
  const grants = await rows.all('grants')
  const pending = await rows.all('pending_revocations')
  return [
    ...grants.map(({ id, status, access_token, refresh_token }) => ({
      id,
      status,
      access_token,
      refresh_token,
    })),
    ...pending.map(({ id, token }) => ({ id, token })),
  ]
}

/** Waits until what runs by the clock has run so many times more. */
async function sweeps(world: World, times: number): Promise<void> {
  const count = () => world.app.output().split('sweep_failed').length
  const before = count()
  await expect.poll(count, { timeout: 20_000 }).toBeGreaterThanOrEqual(before + times)
}
