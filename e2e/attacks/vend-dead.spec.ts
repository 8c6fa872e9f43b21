import { apiKey } from '../api-key.ts'
import { expireAll } from '../crowd.ts'
import { disconnect } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { askForToken, bearer } from '../token-request.ts'

const body = { user: 'auth0|alice' }

test('TA-06 a grant that the provider has ended is told so, with the way to mend it', async ({
  alice,
  grants,
  tokenCalls,
  world,
}) => {
  await connect(alice)
  const authorization = bearer(await apiKey(world))
  for (const family of world.providers.acme.families) family.isEnded = true
  await expireAll(world)
  const [grant] = await grants('alice')
  const first = await askForToken(world, { authorization, body })
  expect(first.status, first.body).toBe(409)
  expect(JSON.parse(first.body)).toMatchObject({
    code: 'reauthorization_required',
    grant: grant?.id,
    connect_url: `${world.appUrl}/integrations/connect/acme?grant=${grant?.id}`,
  })
  const calls = tokenCalls()
  for (let n = 0; n < 5; n += 1) {
    const again = await askForToken(world, { authorization, body })
    expect([again.status, again.body]).toEqual([409, first.body])
  }
  expect(tokenCalls()).toBe(calls)
})

test('TA-06 the way to mend it leads to a page that asks the user', async ({
  alice,
  grants,
  world,
}) => {
  await connect(alice)
  await world.rows.execute("update grants set status = 'reauthorization_required'")
  const authorization = bearer(await apiKey(world))
  const answer = await askForToken(world, { authorization, body })
  const page = await alice.get(JSON.parse(answer.body).connect_url)
  expect(page.status).toBe(200)
  expect(page.body).toContain(`grant=${(await grants('alice'))[0]?.id}`)
})

for (const [what, sql, status, code] of [
  [
    'needs its user',
    "update grants set status = 'reauthorization_required'",
    409,
    'reauthorization_required',
  ],
  [
    'has no token left',
    'update grants set access_token = null, refresh_token = null',
    409,
    'reauthorization_required',
  ],
  ['is paused', 'update grants set paused_at = 1', 403, 'paused'],
  [
    'belongs to a user who was switched off',
    'update users set disabled_at = 1',
    404,
    'not_connected',
  ],
] as const)
  test(`TA-06 a grant that ${what} gives no token, and the provider is not asked`, async ({
    alice,
    world,
  }) => {
    await connect(alice)
    await expireAll(world)
    await world.rows.execute(sql)
    const authorization = bearer(await apiKey(world))
    const before = world.providers.acme.log().length
    for (let n = 0; n < 3; n += 1) {
      const answer = await askForToken(world, { authorization, body })
      expect([answer.status, JSON.parse(answer.body).code]).toEqual([status, code])
      expect(answer.body).not.toContain('_cnry_')
    }
    expect(world.providers.acme.log()).toHaveLength(before)
  })

test('TA-06 a disconnected grant is gone, also under its own id, also after connecting anew', async ({
  alice,
  grants,
  world,
}) => {
  await connect(alice)
  const [old] = await grants('alice')
  await disconnect(alice)
  const authorization = bearer(await apiKey(world))
  const named = { ...body, grant: old?.id }
  const gone = async (wish: object) => {
    const answer = await askForToken(world, { authorization, body: wish })
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([404, 'not_connected'])
  }
  await gone(body)
  await gone(named)
  await connect(alice)
  await gone(named)
})
