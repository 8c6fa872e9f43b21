import { apiKey } from '../api-key.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { machineToken } from '../machine-token.ts'
import type { Row } from '../rows.ts'
import { askForToken, bearer, vend } from '../token-request.ts'
import type { World } from '../world.ts'

const user = 'auth0|alice'

test('TA-09 every use is in the trail of the user, under the name of the job', async ({
  alice,
  bob,
  grants,
  world,
}) => {
  await connect(alice)
  await connect(bob, 'acme', { account: 'bob' })
  const [grant] = await grants('alice')
  const key = bearer(await apiKey(world, { name: 'Nightly import' }))
  const machine = bearer(await machineToken(world.login))
  for (const authorization of [key, key, machine, key, machine])
    await vend(world, { authorization, body: { user } })
  await vend(world, { authorization: key, body: { user: 'auth0|bob' } })
  const used = async () => (await eventsOf(world, 'used')).filter(isOf(grant?.id))
  const expected = { 'Nightly import': 3, 'grantkeeper-jobs': 2 }
  await expect.poll(async () => timesByCaller(await used()), { timeout: 15_000 }).toEqual(expected)
  // One a caller and minute; a minute may have ended meanwhile.
  const rows = await used()
  expect(rows.length).toBeLessThanOrEqual(4)
  for (const row of rows) {
    expect([row.actor, row.provider, row.user_id]).toEqual(['job', 'acme', grant?.user_id])
    expect(Number(row.created_at) % 60_000).toBe(0)
  }
  const [after] = await grants('alice')
  expect(Object.keys(expected)).toContain(after?.last_used_by)
  expect(Number(after?.last_used_at)).toBeGreaterThan(Date.now() - 60_000)
})

for (const [what, sql, client, code, wish] of [
  ['may not vend there', '', 'notes', 'forbidden', {}],
  ['asks for too much', '', 'jobs', 'insufficient_scope', { scope: 'admin' }],
  ['asks for a paused grant', 'update grants set paused_at = 1', 'jobs', 'paused', {}],
  [
    'asks for a dead one',
    "update grants set status = 'reauthorization_required'",
    'jobs',
    'reauthorization_required',
    {},
  ],
  ['asks for none', 'delete from grants', 'jobs', 'not_connected', {}],
] as const)
  test(`TA-09 that a job which ${what} was refused is in the trail at once`, async ({
    alice,
    world,
  }) => {
    await connect(alice)
    if (sql) await world.rows.execute(sql)
    const authorization = bearer(await machineToken(world.login, { client }))
    const body = { user, ...wish }
    for (let n = 0; n < 2; n += 1) {
      const answer = await askForToken(world, { authorization, body })
      expect(JSON.parse(answer.body).code).toBe(code)
    }
    const rows = await eventsOf(world, 'vend_refused')
    const [row] = rows
    const caller = world.login.machines[client].id
    expect(JSON.parse(String(row?.detail))).toEqual({ caller, code })
    expect([row?.actor, row?.provider]).toEqual(['job', 'acme'])
    expect(rows.reduce((sum, { times }) => sum + Number(times), 0)).toBe(2)
  })

test('TA-09 the log tells which job was refused, and nothing that it held', async ({ world }) => {
  const token = await machineToken(world.login, { client: 'notes' })
  const { length } = world.output()
  await askForToken(world, { authorization: bearer(token), body: { user: 'auth0|nobody' } })
  await expect.poll(() => world.output().slice(length)).toContain('"vend_refused"')
  const lines = world.output().slice(length)
  expect(lines).toContain('"grantkeeper-notes"')
  for (const secret of [token, 'nobody']) expect(lines).not.toContain(secret)
})

async function eventsOf({ rows }: World, type: string): Promise<Row[]> {
  return (await rows.all('events')).filter((row) => row.type === type)
}

function isOf(grantId: unknown): (row: Row) => boolean {
  return ({ grant_id }) => grant_id === grantId
}

function timesByCaller(rows: Row[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { detail, times } of rows) {
    const { caller } = JSON.parse(String(detail))
    sums[caller] = (sums[caller] ?? 0) + Number(times)
  }
  return sums
}
