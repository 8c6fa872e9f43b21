import { randomBytes } from 'node:crypto'
import { type SealContext, seal } from '#lib/vault'
import { disconnect } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { expectOk } from '../outcome.ts'
import type { Row } from '../rows.ts'
import type { World } from '../world.ts'

/** Writes into the one living grant of a row's user and provider. */
async function tamper({ rows }: World, { id }: Row, changes: Record<string, string | number>) {
  const sets = Object.entries(changes).map(([column, value]) => `${column} = '${value}'`)
  await rows.execute(`update grants set ${sets.join(', ')} where id = '${id}'`)
}

test('CR-02 a token moved into another user’s row is not opened, and not sent', async ({
  alice,
  bob,
  world,
  grants,
}) => {
  const { acme } = world.providers
  await connect(alice, 'acme', { account: 'ann' })
  await connect(bob, 'acme', { account: 'ben' })
  const [hers] = await grants('alice')
  const [his] = await grants('bob')
  if (!hers || !his) throw new Error('both are connected')
  const { access_token, refresh_token, version } = hers
  await tamper(world, his, { access_token: `${access_token}`, refresh_token: `${refresh_token}` })
  expect(version).toBe(his.version)
  await expectUnreadable({ world, disconnected: await disconnect(bob) })
  // Nobody has lost anything: her grant lives on, and his row is a tombstone.
  expect(acme.families.at(-2)?.isEnded).toBe(false)
  expect((await disconnect(alice)).outcome).toBe('revoked')
  expect(await grants('bob', 'acme', { ended: true })).toHaveLength(1)
})

test('CR-03 a token moved between columns, providers or environments is not opened', async ({
  alice,
  world,
  grants,
}) => {
  const foreign = (row: Row) =>
    seal('RT_of_another_environment', contextOf(row), new Map([[1, randomBytes(32)]]))
  const moves: ((row: Row, other: Row) => Record<string, string>)[] = [
    (row) => ({ refresh_token: `${row.access_token}`, access_token: `${row.refresh_token}` }),
    (_, other) => ({ refresh_token: `${other.refresh_token}` }),
    (row) => ({ refresh_token: foreign(row) }),
    (row) => ({ refresh_token: `${row.refresh_token}`.replace('gk1.1.', 'gk1.2.') }),
  ]
  for (const move of moves) {
    world.providers.acme.reset()
    await connect(alice, 'acme')
    await connect(alice, 'plain')
    const [row] = await grants('alice', 'acme')
    const [other] = await grants('alice', 'plain')
    if (!row || !other) throw new Error('both are connected')
    await tamper(world, row, move(row, other))
    await expectUnreadable({ world, disconnected: await disconnect(alice, 'acme') })
    await disconnect(alice, 'plain')
    await world.rows.clear()
  }
})

test('CR-04 an older value of the same row is not opened', async ({ alice, world, grants }) => {
  await connect(alice)
  const [first] = await grants('alice')
  await connect(alice)
  const [second] = await grants('alice')
  if (!first || !second) throw new Error('it is connected')
  expect(second.id).toBe(first.id)
  expect(Number(second.version)).toBeGreaterThan(Number(first.version))
  // The reconnect revokes the token that it replaced.
  await expect.poll(() => world.rows.all('pending_revocations')).toEqual([])
  world.providers.acme.reset()
  await tamper(world, second, { refresh_token: `${first.refresh_token}` })
  await expectUnreadable({ world, disconnected: await disconnect(alice) })
})

test('CR-05 a flipped bit, a short tag, an empty and a huge value are not opened', async ({
  alice,
  world,
  grants,
}) => {
  const flip = (bytes: Buffer, at: number) => {
    const copy = Buffer.from(bytes)
    copy.writeUInt8(copy.readUInt8(at) ^ 1, at)
    return copy
  }
  const changes: ((bytes: Buffer) => Buffer)[] = [
    (bytes) => flip(bytes, 0),
    (bytes) => flip(bytes, 20),
    (bytes) => flip(bytes, bytes.length - 1),
    ...[12, 8, 4, 1, 0].map((left) => (bytes: Buffer) => bytes.subarray(0, left - 16 || undefined)),
    (bytes) => Buffer.concat([bytes.subarray(0, 12), bytes.subarray(-16)]),
    (bytes) => Buffer.concat([bytes, randomBytes(2_000_000)]),
    () => Buffer.alloc(0),
  ]
  for (const change of changes) {
    world.providers.acme.reset()
    expectOk(await connect(alice))
    const [row] = await grants('alice')
    if (!row) throw new Error('it is connected')
    const [prefix, number, body = ''] = `${row.refresh_token}`.split('.')
    const bytes = change(Buffer.from(body, 'base64url'))
    await tamper(world, row, {
      refresh_token: `${prefix}.${number}.${bytes.toString('base64url')}`,
    })
    await expectUnreadable({ world, disconnected: await disconnect(alice) })
    await world.rows.clear()
  }
})

test('CR-06 plain text in the place of a sealed token is never sent', async ({
  alice,
  world,
  grants,
}) => {
  const plain = ['plain-refresh-token', '{"token":"x"}', 'gk0.1.AAAA', 'gk2.1.AAAA', 'null', 'gk1']
  for (const refresh_token of plain) {
    world.providers.acme.reset()
    expectOk(await connect(alice))
    const [row] = await grants('alice')
    if (!row) throw new Error('it is connected')
    await tamper(world, row, { refresh_token })
    await expectUnreadable({ world, disconnected: await disconnect(alice) })
    expect(JSON.stringify(world.providers.acme.log())).not.toContain(refresh_token)
    await world.rows.clear()
  }
})

type Disconnected = Awaited<ReturnType<typeof disconnect>>

/** The provider saw nothing of it, the user is disconnected and told, the row stays, the log says why. */
async function expectUnreadable({
  world,
  disconnected,
}: {
  world: World
  disconnected: Disconnected
}): Promise<void> {
  expect(disconnected).toMatchObject({ outcome: 'failed', error: null })
  expect(world.providers.acme.calls('/revoke')).toEqual([])
  expect(world.providers.acme.calls('/token').length).toBeLessThanOrEqual(2)
  const ended = (await world.rows.all('grants')).filter(({ status }) => status === 'disconnected')
  expect(ended.at(-1)).toMatchObject({ access_token: null, refresh_token: null })
  expect(ended.at(-1)).toMatchObject({ provider: 'acme', revocation: 'failed' })
  const last = world
    .output()
    .split('\n')
    .findLast((line) => line.includes('revocation_failed'))
  expect(last).toContain('credential_unreadable')
}

function contextOf({ id, user_id, provider, version }: Row): SealContext {
  return {
    grantId: `${id}`,
    userId: `${user_id}`,
    provider: `${provider}`,
    field: 'refresh_token',
    version: Number(version),
  }
}
