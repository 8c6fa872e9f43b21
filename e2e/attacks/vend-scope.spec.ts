import { apiKey } from '../api-key.ts'
import { expireAll } from '../crowd.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { askForToken, bearer, vend } from '../token-request.ts'

const user = 'auth0|alice'

for (const [scope, missing] of [
  ['admin', 'admin'],
  ['profile files.write', 'files.write'],
  ['profile admin files.write', 'admin files.write'],
  ['Profile', 'Profile'],
  ['files', 'files'],
  ['files.rea', 'files.rea'],
  ['*', '*'],
  ['profile,files.read', 'profile,files.read'],
] as const)
  test(`TA-05 a job that needs ${scope} gets no token without it`, async ({
    alice,
    grants,
    world,
  }) => {
    await connect(alice)
    const authorization = bearer(await apiKey(world))
    const before = world.providers.acme.log().length
    const answer = await askForToken(world, { authorization, body: { user, scope } })
    const [grant] = await grants('alice')
    expect(answer.status, answer.body).toBe(403)
    expect(JSON.parse(answer.body)).toMatchObject({
      code: 'insufficient_scope',
      missing_scope: missing,
      grant: grant?.id,
    })
    expect(answer.body).not.toContain('_cnry_')
    expect(world.providers.acme.log()).toHaveLength(before)
  })

test('TA-05 a job that needs less is told what its token can do besides', async ({
  alice,
  world,
}) => {
  await connect(alice)
  const authorization = bearer(await apiKey(world))
  for (const scope of ['profile', 'files.read', ' files.read  profile ', ''])
    expect((await vend(world, { authorization, body: { user, scope } })).scope).toBe(
      'profile files.read',
    )
})

test('TA-05 nothing that a job asks for reaches the provider', async ({ alice, world }) => {
  await connect(alice)
  await expireAll(world)
  const authorization = bearer(await apiKey(world))
  const { acme } = world.providers
  const resource = 'https://other.example/api'
  for (const extra of [{ resource }, { audience: resource }, { scope: 'profile admin' }]) {
    const answer = await askForToken(world, { authorization, body: { user, ...extra } })
    expect([400, 403]).toContain(answer.status)
    expect(answer.body).not.toContain('_cnry_')
  }
  const inTheQuery = `acme/token?resource=${encodeURIComponent(resource)}&scope=admin&rest=`
  await vend(world, { authorization, provider: inTheQuery, body: { user, scope: 'profile' } })
  const forms = acme.calls('/token').map(({ body }) => new URLSearchParams(body))
  expect(forms.map((form) => form.get('grant_type'))).toContain('refresh_token')
  for (const form of forms)
    expect([form.get('scope'), form.get('resource'), form.get('audience')]).toEqual([
      null,
      null,
      null,
    ])
})

test('TA-05 a scope that the provider has taken back is not promised any more', async ({
  alice,
  world,
}) => {
  await connect(alice)
  const authorization = bearer(await apiKey(world))
  world.providers.acme.ctl({ endpoint: 'token', merge: { scope: 'profile' } })
  await expireAll(world)
  const wish = { user, scope: 'files.read' }
  const refused = await askForToken(world, { authorization, body: wish })
  expect([refused.status, JSON.parse(refused.body).code]).toEqual([403, 'insufficient_scope'])
  const { scope, missing_scope } = await vend(world, { authorization, body: { user } })
  expect([scope, missing_scope]).toEqual(['profile', 'files.read'])
})
