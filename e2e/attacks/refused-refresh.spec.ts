import { grant as grantSchema } from '#app/api/schemas/grant'
import { problem } from '#app/api/schemas/problem'
import { askApi, fullToken } from '../api.ts'
import { apiKey } from '../api-key.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { expectOk } from '../outcome.ts'
import { refreshes } from '../refreshes.ts'
import { askForToken, bearer } from '../token-request.ts'
import type { World } from '../world.ts'

/** As Glewlwyd, @jmondi and LemonLDAP::NG refuse a dead refresh token: without a word, or with a wrong one. */
const wordless = { status: 400, body: '' }
const invalidRequest = { status: 400, body: '{"error":"invalid_request"}' }

for (const [server, dead] of Object.entries({ glewlwyd: wordless, jmondi: invalidRequest }))
  test(`AU-03 WD-02 RS-01 a dead grant as ${server} tells it takes nothing from its neighbour, and ends by evidence`, async ({
    alice,
    bob,
    grants,
    world,
  }) => {
    const { acme } = world.providers
    expectOk(await connect(alice, 'acme', { account: 'ann' }))
    expectOk(await connect(bob, 'acme', { account: 'ben' }))
    const vend = asJob(world, await apiKey(world))
    endAtProvider(world, 'acme_ann')
    acme.ctl({ endpoint: 'token', dead })
    for (let turn = 0; turn < 10; turn += 1) {
      await age(world)
      const refused = await vend('alice')
      expect(refused.status, refused.body).toBe(503)
      expect((await vend('bob')).status).toBe(200)
    }
    const [mine] = await grants('alice')
    const told = problem.parse(JSON.parse((await vend('alice')).body))
    expect(told).toMatchObject({
      code: 'temporarily_unavailable',
      refused_since: expect.any(String),
      connect_url: `${world.appUrl}/integrations/connect/acme?grant=${mine?.id}`,
    })
    const token = await fullToken(world, 'alice')
    const { body } = await askApi(world, `/api/grants/${mine?.id}`, { token })
    expect(grantSchema.parse(JSON.parse(body))).toMatchObject({
      ...{ status: 'active', state: 'refused', connect_url: told.connect_url },
    })
    for (const path of ['/integrations', '/integrations/acme']) {
      const page = await alice.get(path)
      expect(page.body).toContain('stopped renewing our access')
      expect(page.body).toContain('Reconnect')
    }
    // A day later, and another grant has been renewed meanwhile.
    const hourMs = 3_600_000
    await world.rows.execute(
      `update grants set refused_since = refused_since - ${25 * hourMs}, refused_at = refused_at - ${hourMs},
       refresh_not_before = 0 where id = '${mine?.id}'`,
    )
    const ended = await vend('alice')
    expect(ended.status, ended.body).toBe(409)
    expect(JSON.parse(ended.body)).toMatchObject({ reason: 'refused', grant: mine?.id })
    expect((await alice.get('/integrations')).body).toContain(
      'refused our access for more than a day',
    )
    expectOk(await connect(alice, 'acme', { account: 'ann' }))
    expect(await grants('alice')).toMatchObject([{ id: mine?.id, status: 'active', refusals: 0 }])
    expect((await vend('alice')).status).toBe(200)
  })

test('WD-01 words that call the token dead end the grant at once where others get tokens', async ({
  alice,
  bob,
  world,
}) => {
  const { acme } = world.providers
  expectOk(await connect(alice, 'acme', { account: 'ann' }))
  expectOk(await connect(bob, 'acme', { account: 'ben' }))
  const vend = asJob(world, await apiKey(world))
  endAtProvider(world, 'acme_ann')
  const body = '{"error":"Bad Request","status":400,"message":"Invalid refresh token"}'
  acme.ctl({ endpoint: 'token', dead: { status: 400, body } })
  await age(world)
  expect((await vend('bob')).status).toBe(200)
  const ended = await vend('alice')
  expect(ended.status, ended.body).toBe(409)
  expect(JSON.parse(ended.body)).toMatchObject({ code: 'reauthorization_required' })
  expect(ended.body).not.toContain('Bad Request')
})

test('WD-15 a refresh that is answered with a redirect is sent once, and an administrator is told', async ({
  alice,
  grants,
  world,
}) => {
  const { acme } = world.providers
  expectOk(await connect(alice))
  const vend = asJob(world, await apiKey(world))
  await age(world)
  acme.ctl({ endpoint: 'token', status: 301, redirect_to: `${world.attacker.url}/steal` })
  const refused = await vend('alice')
  expect(JSON.parse(refused.body)).toMatchObject({ code: 'provider_misconfigured' })
  expect(refreshes(acme)).toHaveLength(1)
  expect(world.attacker.log).toEqual([])
  expect(await grants('alice')).toMatchObject([{ status: 'active', in_doubt_since: null }])
  const [state] = await world.rows.all('provider_states')
  expect(state).toMatchObject({ error: 'provider_misconfigured', probe_until: 0 })
})

function asJob(world: World, key: string) {
  const authorization = bearer(key)
  return (name: string) => askForToken(world, { authorization, body: { user: `auth0|${name}` } })
}

/** What a user does at the provider itself. */
function endAtProvider({ providers }: World, account: string): void {
  for (const family of providers.acme.families)
    if (family.consent.account.sub === account) family.isEnded = true
}

/** Every access token has run out, and nobody waits for the next try. */
async function age({ rows }: World): Promise<void> {
  await rows.execute(`update grants set access_token_expires_at = ${Date.now() - 600_000},
    last_refreshed_at = ${Date.now() - 4_200_000}, refresh_not_before = 0`)
}
