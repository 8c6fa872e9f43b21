import { texts } from '#app/texts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, requestStart, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { reconfigure } from '../reconfigure.ts'

test('MX-19 another account of the provider becomes a grant of its own', async ({
  alice,
  world,
  grants,
}) => {
  const { acme } = world.providers
  expectOk(await connect(alice, 'acme', { account: 'one' }))
  const [first] = await grants('alice')
  expectOk(await connect(alice, 'acme', { account: 'two' }))
  const rows = await grants('alice')
  expect(rows.map(({ account_id }) => account_id).sort()).toEqual(['acme_one', 'acme_two'])
  expect(rows).toContainEqual(first)
  expect(acme.families.slice(-2).map(({ isEnded }) => isEnded)).toEqual([false, false])
  expect(acme.calls('/revoke')).toEqual([])
  const events = await world.rows.all('events')
  expect(events.filter(({ type }) => type === 'connected')).toHaveLength(2)
})

test('MX-19 a reconnect with another account changes nothing, and what came is revoked', async ({
  alice,
  world,
  grants,
}) => {
  const { acme } = world.providers
  expectOk(await connect(alice, 'acme', { account: 'one' }))
  const before = await grants('alice')
  const asked = await requestStart({ visitor: alice, query: { grant: String(before[0]?.id) } })
  const callback = await approve(asked.location ?? new URL('about:blank'), 'two')
  expectError(await visitCallback(alice, callback), 'account_mismatch')
  expect(await grants('alice', 'acme', { ended: true })).toEqual(before)
  expect(acme.families.slice(-2).map(({ isEnded }) => isEnded)).toEqual([false, true])
  const events = await world.rows.all('events')
  expect(events.map(({ type }) => type)).toContain('connect_failed')
})

test('MX-20 one account under two users gives two grants that know nothing of each other', async ({
  alice,
  bob,
  world,
  grants,
}) => {
  const { acme } = world.providers
  expectOk(await connect(alice, 'acme', { account: 'one' }))
  const before = await grants('alice')
  expectOk(await connect(bob, 'acme', { account: 'one' }))
  // Bob's reconnect replaces tokens of his own, and revokes no others.
  expectOk(await connect(bob, 'acme', { account: 'one' }))
  await expect.poll(() => acme.calls('/revoke').length).toBe(1)
  const [ofAlice, ofBob] = [await grants('alice'), await grants('bob')]
  expect(ofAlice).toEqual(before)
  expect(ofBob).toHaveLength(1)
  expect(ofBob[0]?.account_id).toBe(ofAlice[0]?.account_id)
  expect(ofBob[0]?.id).not.toBe(ofAlice[0]?.id)
  for (const field of ['access_token', 'refresh_token'])
    expect(ofBob[0]?.[field]).not.toBe(ofAlice[0]?.[field])
  expect(acme.families.slice(-3).map(({ isEnded }) => isEnded)).toEqual([false, true, false])
})

test.describe('with a required scope', () => {
  let restore = async () => {}
  test.beforeAll(async ({ world }) => {
    restore = await reconfigure(world, { entries: { acme: { required_scope: ['files.read'] } } })
  })
  test.afterAll(() => restore())

  test('MX-21 less than was asked for is kept, and shown as missing', async ({
    alice,
    world,
    grants,
  }) => {
    const { acme } = world.providers
    acme.ctl({ endpoint: 'token', merge: { scope: 'files.read' } })
    const asked = await requestStart({ visitor: alice, query: { scope: 'files.write' } })
    const callback = await approve(asked.location ?? new URL('about:blank'))
    expectOk(await visitCallback(alice, callback))
    const [grant] = await grants('alice')
    expect(grant).toMatchObject({
      status: 'active',
      scope: 'files.read',
      requested_scope: 'profile files.read files.write',
    })
    const shown = await scopesShown(await alice.get('/integrations/acme'))
    expect(shown).toEqual({
      granted: ['files.read'],
      missing: ['profile', 'files.write'],
      extra: [],
    })
  })

  for (const scope of [
    'profile',
    'files.readonly',
    'FILES.READ',
    'profile,files.readonly',
    'profile;files.read',
  ])
    test(`MX-21 scope "${scope}" lacks what is required: refused and revoked`, async ({
      alice,
      world,
      grants,
    }) => {
      const { acme } = world.providers
      acme.ctl({ endpoint: 'token', merge: { scope } })
      expectError(await connect(alice), 'insufficient_scope')
      expect(await grants('alice', 'acme', { ended: true })).toEqual([])
      expect(acme.calls('/revoke')).toHaveLength(1)
      expect(acme.families.at(-1)?.isEnded).toBe(true)
    })

  test('MX-21 WD-05 commas separate too, and an empty text says nothing', async ({
    alice,
    world,
    grants,
  }) => {
    const { acme } = world.providers
    for (const scope of ['profile,files.read', '']) {
      acme.reset()
      acme.ctl({ endpoint: 'token', merge: { scope } })
      expectOk(await connect(alice))
      expect(await grants('alice')).toMatchObject([{ scope: 'profile files.read' }])
    }
  })

  test('MX-21 scopes that nobody asked for are recorded and shown', async ({
    alice,
    world,
    grants,
  }) => {
    const { acme } = world.providers
    acme.ctl({ endpoint: 'token', merge: { scope: 'profile files.read admin' } })
    expectOk(await connect(alice))
    const [grant] = await grants('alice')
    expect(grant).toMatchObject({
      scope: 'profile files.read admin',
      requested_scope: 'profile files.read',
    })
    const shown = await scopesShown(await alice.get('/integrations/acme'))
    expect(shown).toEqual({ granted: ['profile', 'files.read'], missing: [], extra: ['admin'] })
  })

  test('MX-21 an answer without scope means what was asked for', async ({
    alice,
    world,
    grants,
  }) => {
    world.providers.acme.ctl({ endpoint: 'token', omit: ['scope'] })
    expectOk(await connect(alice))
    expect((await grants('alice'))[0]?.scope).toBe('profile files.read')
  })
})

/** The scopes on the page of an integration, by the word beside each. */
async function scopesShown({ body }: { body: string }): Promise<Record<string, string[]>> {
  const items = [...body.matchAll(/<li[^>]*>.*?<\/li>/gs)].map(([item]) => item)
  const shown = items.flatMap((item) => {
    const [, scope] = /<code[^>]*>([^<]+)<\/code>/.exec(item) ?? []
    const text = item.replaceAll(/<[^>]+>/g, '|')
    return scope ? [{ scope, text }] : []
  })
  const { granted, missing, extra } = texts.detail
  const withWord = (word: string) =>
    shown.filter(({ text }) => text.includes(`|${word}|`)).map(({ scope }) => scope)
  return { granted: withWord(granted), missing: withWord(missing), extra: withWord(extra) }
}
