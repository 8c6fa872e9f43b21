import { apiKey } from '../api-key.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { expectOk } from '../outcome.ts'
import { ownPage } from '../proxied.ts'
import { askForToken, bearer, vend } from '../token-request.ts'
import { userToken } from '../user-token.ts'
import { usersCommand } from '../users-command.ts'

const body = { user: 'auth0|alice' }

test('AU-16 a user who is switched off has no session, page, token or call left, until switched on', async ({
  alice,
  bob,
  newVisitor,
  world,
}) => {
  const elsewhere = await newVisitor('alice')
  expectOk(await connect(alice))
  const authorization = bearer(await apiKey(world))
  await vend(world, { authorization, body })
  const token = await userToken(world.login, 'alice', { scope: 'integrations:read' })
  expect(await usersCommand(world, 'disable', 'auth0|alice')).toContain('is switched off')
  const before = world.providers.acme.log().length
  const refused = await askForToken(world, { authorization, body })
  expect([refused.status, JSON.parse(refused.body).code]).toEqual([404, 'not_connected'])
  for (const one of [alice, elsewhere]) {
    expect((await one.get('/integrations')).location?.pathname).toBe('/auth/login')
    for (const path of ['/api/integrations', '/api/integrations/acme/proxy/me'])
      expect((await one.get(path, { headers: ownPage })).status, path).toBe(401)
  }
  const headers = { authorization: bearer(token) }
  const byToken = await fetch(`${world.appUrl}/api/integrations`, { headers })
  expect([byToken.status, (await byToken.json()).code]).toEqual([403, 'access_denied'])
  expect((await bob.get('/integrations')).status).toBe(200)
  expect(world.providers.acme.log()).toHaveLength(before)
  expect(await usersCommand(world, 'enable', 'auth0|alice', '--realm', 'login')).toContain(
    'is switched on',
  )
  expect((await elsewhere.get('/integrations')).location?.pathname, 'a copy stays dead').toBe(
    '/auth/login',
  )
  const again = await newVisitor('alice')
  await vend(world, { authorization, body })
  const { body: activity } = await again.get('/activity')
  expect(activity).toContain('switched off by an administrator')
  expect(activity).toContain('switched on again by an administrator')
})

test('AU-16 RV-04 a user who has left is disconnected too, and revoked at the provider', async ({
  alice,
  grants,
  world,
}) => {
  expectOk(await connect(alice))
  const { acme } = world.providers
  const [kept] = [...(acme.families.at(-1)?.refreshTokens.keys() ?? [])]
  const said = await usersCommand(world, 'disable', 'auth0|alice', '--disconnect')
  expect(said).toMatch(/^ {2}acme {2}\S.* {2}disconnected, and revoked there$/m)
  expect(acme.isLive(kept ?? '')).toBe(false)
  expect(await grants('alice')).toEqual([])
  const events = await world.rows.all('events')
  expect(events.map(({ type, actor }) => [type, actor])).toEqual(
    expect.arrayContaining([
      ['switched_off', 'system'],
      ['disconnected', 'system'],
    ]),
  )
  const authorization = bearer(await apiKey(world))
  const refused = await askForToken(world, { authorization, body })
  expect([refused.status, JSON.parse(refused.body).code]).toEqual([404, 'not_connected'])
})
