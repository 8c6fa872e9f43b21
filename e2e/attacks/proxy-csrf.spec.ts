import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { apiCalls, callApi, expectProblem, ownPage } from '../proxied.ts'
import { sessionCookie } from '../session-cookie.ts'

test.beforeEach(async ({ alice }) => void (await connect(alice)))

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

test('PX-09 another site cannot make a browser call, by any method', async ({ alice, world }) => {
  for (const method of methods)
    for (const [name, value] of [
      ['sec-fetch-site', 'cross-site'],
      ['sec-fetch-site', 'same-site'],
      ['sec-fetch-site', 'none'],
      ['sec-fetch-site', ''],
      ['sec-fetch-site', 'same-origin, cross-site'],
      ['x-grantkeeper', ''],
      ['x-grantkeeper', '0'],
      ['x-grantkeeper', '1, 1'],
    ] as const) {
      const answer = await callApi(alice, 'x', { method, headers: { [name]: value } })
      expectProblem(answer, 403, 'forbidden')
    }
  expect(apiCalls(world)).toEqual([])
})

test('PX-09 neither half of what a page of the app sends is enough', async ({ alice, world }) => {
  for (const method of methods)
    for (const [name, value] of [...Object.entries(ownPage), ['origin', world.appUrl] as const]) {
      const url = '/api/integrations/acme/proxy/x'
      const answer = await alice.get(url, { method, headers: { [name]: value } })
      expectProblem(answer, 403, 'forbidden')
    }
  const head = await alice.get('/api/integrations/acme/proxy/x', { method: 'HEAD' })
  expect(head.status).toBe(403)
  expect(apiCalls(world)).toEqual([])
})

test('PX-09 other sites are allowed nothing by preflight', async ({ alice, world }) => {
  const answer = await alice.get('/api/integrations/acme/proxy/x', {
    method: 'OPTIONS',
    headers: {
      origin: world.attacker.url,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'x-grantkeeper',
    },
  })
  expectProblem(answer, 403, 'forbidden')
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual(
    [],
  )
})

test('SA-05 a session that cannot be opened, or is nobody’s, calls no API', async ({
  alice,
  world,
}) => {
  for (const value of ['garbage', '', 'e30.e30.e30.e30.e30']) {
    const cookie = `${sessionCookie(world)}=${value}`
    expectProblem(await callApi(alice, 'x', { cookie }), 401, 'login_required')
  }
  await world.rows.execute("update users set disabled_at = 1 where sub = 'auth0|alice'")
  expectProblem(await callApi(alice, 'x'), 403, 'access_denied')
  expect(apiCalls(world)).toEqual([])
})

test('PX-09 who is not logged in calls nothing, whatever the page', async ({ stranger, world }) => {
  for (const method of methods)
    expectProblem(await callApi(stranger, 'x', { method }), 401, 'login_required')
  expect(apiCalls(world)).toEqual([])
})
