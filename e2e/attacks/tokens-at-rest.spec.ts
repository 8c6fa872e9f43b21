import { backup } from '../backup.ts'
import { disconnect } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { expectOk } from '../outcome.ts'
import { key } from '../settings.ts'
import type { World } from '../world.ts'
import type { ProviderId } from '../world-providers.ts'

const everywhere: ProviderId[] = ['acme', 'plain', 'evil', 'openid', 'par']

test('CR-01 the database, its journal and a backup show no token', async ({
  alice,
  bob,
  world,
}) => {
  for (const provider of everywhere) expectOk(await connect(alice, provider))
  expectOk(await connect(alice, 'acme'))
  expectOk(await connect(bob, 'acme'))
  world.providers.acme.ctl({ endpoint: 'revoke', status: 503 })
  expect((await disconnect(bob)).outcome).toBe('failed')
  const secrets = secretsOf(world)
  expect(secrets.length).toBeGreaterThan(20)
  for (const dump of [await world.rows.dump(), await backup(world)]) {
    expect(dump).toContain('gk1.1.')
    expect(dump, 'no ID token is kept').not.toMatch(/eyJ[\w-]{10,}\.eyJ/)
    for (const secret of secrets.flatMap(disguises)) expect(dump.includes(secret)).toBe(false)
  }
  await expectSealed(world)
  for (const provider of everywhere) await disconnect(alice, provider)
  const ended = await world.rows.all('grants')
  expect(ended.every(({ access_token, refresh_token }) => !access_token && !refresh_token)).toBe(
    true,
  )
})

test('CR-08 what an older key sealed still opens, and the newest seals', async ({
  alice,
  world,
  grants,
}) => {
  const ring = world.env.VAULT_KEYS ?? ''
  const numbers = async () =>
    (await grants('alice')).map((row) => `${row.refresh_token}`.split('.')[1])
  expectOk(await connect(alice))
  expect(await numbers()).toEqual(['1'])
  const second = key(2)
  await world.restart({ VAULT_KEYS: `${ring},${second}` })
  expectOk(await connect(alice, 'acme', { account: 'second' }))
  expect((await numbers()).toSorted()).toEqual(['1', '2'])
  await world.restart({ VAULT_KEYS: second })
  const early = await alice.get('/api/ready')
  expect([early.status, JSON.parse(early.body).code]).toEqual([503, 'storage_unavailable'])
  // A new key vouches for users when it has been there for a day.
  await world.rows.execute('update vault_canaries set created_at = 1 where key_number = 2')
  await world.restart({ VAULT_KEYS: `${ring},${second}` })
  expect((await alice.get('/api/ready')).status).toBe(200)
  for (const _ of [1, 2]) expect((await disconnect(alice)).outcome).toBe('revoked')
  const vouchers = async () =>
    (await world.rows.all('users')).map(({ mac }) => `${mac}`.split('.')[1])
  await expect.poll(async () => new Set(await vouchers())).toEqual(new Set(['2']))
  // No row uses key 1 any more: it may go.
  await world.restart({ VAULT_KEYS: second })
  expect((await alice.get('/api/ready')).status).toBe(200)
  expectOk(await connect(alice))
  await world.rows.clear()
  // By the key that goes away again now.
  await world.rows.execute('delete from users')
  await world.restart({ VAULT_KEYS: ring })
})

test('CR-10 no two sealed values begin with the same bytes', async ({ alice, world, grants }) => {
  const seen = new Set<string>()
  const merge = { access_token: 'AT_cnry_acme_same', refresh_token: 'RT_cnry_acme_same' }
  world.providers.acme.ctl({ endpoint: 'token', merge })
  world.providers.acme.ctl({ endpoint: 'userinfo', body: '{"sub":"acme_ann","name":"Ann"}' })
  for (let count = 0; count < 20; count += 1) {
    expectOk(await connect(alice))
    const [row] = await grants('alice')
    for (const sealed of [row?.access_token, row?.refresh_token])
      seen.add(`${sealed}`.split('.')[2]?.slice(0, 16) ?? '')
  }
  expect(seen.size).toBe(40)
})

/** Everything that the providers issued, and what proves who we are to them. */
function secretsOf({ providers, env }: World): string[] {
  const issued = Object.values(providers).flatMap(({ families }) =>
    families.flatMap(({ accessTokens, refreshTokens }) => [
      ...accessTokens.keys(),
      ...refreshTokens.keys(),
    ]),
  )
  const forms = Object.values(providers).flatMap((one) => one.calls('/token'))
  const sent = forms.map(({ body }) => new URLSearchParams(body))
  const once = sent.flatMap((form) => [form.get('code') ?? [], form.get('code_verifier') ?? []])
  const clients = Object.entries(env).flatMap(([name, value]) =>
    name.endsWith('_SECRET') || name.endsWith('_KEYS') ? [value] : [],
  )
  return [...issued, ...once.flat(), ...clients].filter((secret) => secret.length > 12)
}

/** The same secret as somebody might have written it down. */
function disguises(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [secret, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')]
}

/** Every column that could hold a token holds a sealed one, or nothing. */
async function expectSealed({ rows }: World): Promise<void> {
  const grants = await rows.all('grants')
  const pending = await rows.all('pending_revocations')
  const values = [
    ...grants.flatMap(({ access_token, refresh_token }) => [access_token, refresh_token]),
    ...pending.map(({ token }) => token),
  ]
  expect(values.filter(Boolean).length).toBeGreaterThan(10)
  for (const value of values) expect(value ?? 'gk1.1.none').toMatch(/^gk1\.1\.[A-Za-z0-9_-]+$/)
}
