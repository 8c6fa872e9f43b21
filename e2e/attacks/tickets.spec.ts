import { expect, test } from '../fixtures.ts'
import {
  approve,
  connect,
  newTransactionCookies,
  transactionCookie,
  visitCallback,
} from '../flow.ts'
import { expectError } from '../outcome.ts'
import { sessionCookie } from '../session-cookie.ts'
import { codeIn, handleOf, newVerifier, openStart, spaOf } from '../spa.ts'
import { userToken } from '../user-token.ts'

test('a SPA connects its user: nothing is redeemed before its own page asks for it', async ({
  stranger,
  world,
  tokenCalls,
  grants,
}) => {
  const spa = await spaOf(world, 'alice')
  const { startUrl, verifier } = await spa.ticket()
  const started = await openStart(stranger, startUrl)
  const callback = await approve(started.location ?? new URL('about:blank'))
  const back = await visitCallback(stranger, callback)
  expect(back.status).toBe(303)
  expect(back.location?.origin + (back.location?.pathname ?? '')).toBe(spa.completionUrl)
  expect(back.location?.search).toBe('?integration=acme&status=pending')
  expect(back.location?.hash).toMatch(/^#handle=[\w-]{43}$/)
  expect(tokenCalls()).toBe(0)
  expect(await world.rows.all('completions')).toHaveLength(1)
  const done = await spa.complete({ handle: handleOf(back), verifier })
  expect([done.status, JSON.parse(done.body)]).toEqual([
    200,
    {
      integration: 'acme',
      status: 'connected',
      grant: expect.any(String),
      account: { id: 'acme_ann', label: 'Ann' },
    },
  ])
  expect(done.headers['cache-control']).toContain('no-store')
  expect(tokenCalls()).toBe(1)
  expect(await grants('alice')).toHaveLength(1)
  expect(await world.rows.all('completions')).toEqual([])
})

test('RV-05 a SPA that connects an account again ends the token that was replaced', async ({
  stranger,
  world,
  grants,
}) => {
  const { acme } = world.providers
  const spa = await spaOf(world, 'alice')
  for (const _ of [1, 2]) {
    const { startUrl, verifier } = await spa.ticket()
    const { location } = await openStart(stranger, startUrl)
    const back = await visitCallback(stranger, await approve(location ?? new URL('about:blank')))
    expect((await spa.complete({ handle: handleOf(back), verifier })).status).toBe(200)
  }
  expect(await grants('alice')).toHaveLength(1)
  const given = acme.families.flatMap((one) => [...one.refreshTokens.keys()])
  const [replaced = '', kept = ''] = given.slice(-2)
  await expect.poll(() => acme.isLive(replaced)).toBe(false)
  expect(acme.isLive(kept)).toBe(true)
})

test('SA-09 a ticket is good once, for a minute, for one provider, and for nothing but its own wish', async ({
  newVisitor,
  world,
}) => {
  const spa = await spaOf(world, 'alice')
  const { startUrl } = await spa.ticket()
  const first = await openStart(await newVisitor(), `${startUrl}&return_to=/activity&scope=admin`)
  expect(first.location?.searchParams.get('scope')).toBe('profile files.read')
  for (const url of [startUrl, `${startUrl}`])
    expectError(await openStart(await newVisitor(), url), 'invalid_ticket')
  const other = await spa.ticket()
  const elsewhere = other.startUrl.href.replace('/acme/', '/plain/')
  expectError(await openStart(await newVisitor(), elsewhere), 'invalid_ticket')
  for (const bad of [
    '',
    'x',
    'x~2',
    `${'a'.repeat(9000)}~2`,
    startUrl.searchParams.get('ticket')?.slice(1),
  ])
    expectError(
      await openStart(
        await newVisitor(),
        `${world.appUrl}/api/integrations/acme/start?ticket=${bad}`,
      ),
      'invalid_ticket',
    )
  const twice = `${other.startUrl}&ticket=x`
  expectError(await openStart(await newVisitor(), twice), 'invalid_ticket')
  expect((await openStart(await newVisitor(), other.startUrl)).location?.pathname).toBe(
    '/authorize',
  )
})

test('SA-09 of twenty browsers that follow one ticket at once, one goes on', async ({
  newVisitor,
  world,
}) => {
  const { startUrl } = await (await spaOf(world, 'alice')).ticket()
  const visitors = await Promise.all(Array.from({ length: 20 }, () => newVisitor()))
  const answers = await Promise.all(visitors.map((one) => openStart(one, startUrl)))
  expect(answers.filter((one) => newTransactionCookies(one).length > 0)).toHaveLength(1)
  for (const answer of answers.filter((one) => newTransactionCookies(one).length === 0))
    expectError(answer, 'invalid_ticket')
})

test('SA-09 a ticket is given to a user’s token from a registered origin, and only for its own page', async ({
  alice,
  bob,
  world,
  grants,
}) => {
  const spa = await spaOf(world, 'alice')
  await connect(bob)
  const [bobs] = await grants('bob')
  const refused: [string, Promise<{ status: number; body: string }>, string][] = [
    ['another page', spa.ask({ return_to: `${world.spa.url}/app/other` }), 'invalid_return_to'],
    ['a longer page', spa.ask({ return_to: `${spa.completionUrl}/` }), 'invalid_return_to'],
    ['a page with a query', spa.ask({ return_to: `${spa.completionUrl}?x` }), 'invalid_return_to'],
    ['a page of the app', spa.ask({ return_to: '/integrations' }), 'invalid_return_to'],
    ['no challenge', spa.ask({ challenge: undefined }), 'invalid_request'],
    ['a plain challenge', spa.ask({ challenge: 'verifier' }), 'invalid_request'],
    ['an unknown field', spa.ask({ user: 'auth0|bob' }), 'invalid_request'],
    ['a scope that is not declared', spa.ask({ scope: 'admin' }), 'invalid_request'],
    ['a grant that is not there', spa.ask({ grant: crypto.randomUUID() }), 'invalid_request'],
    ['another’s grant', spa.ask({ grant: String(bobs?.id) }), 'invalid_request'],
    ['an unknown provider', spa.ask({ provider: 'nonsense' }), 'unknown_provider'],
  ]
  for (const [name, asked, code] of refused) {
    const answer = await asked
    expect([name, codeIn(answer as never)]).toEqual([name, code])
    expect(answer.status).toBeLessThan(500)
    expect(answer.body).not.toContain('start_url')
  }
  for (const origin of ['https://evil.test', 'null', world.appUrl, `${world.spa.url}.evil.test`]) {
    const answer = await (await spaOf(world, 'alice', { origin })).ask()
    expect([origin, answer.status, codeIn(answer)]).toEqual([origin, 403, 'forbidden'])
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  }
  const readOnly = await spaOf(world, 'alice', { scope: 'integrations:read' })
  expect(codeIn(await readOnly.ask())).toBe('insufficient_scope')
  const cookie = alice.jar.header(new URL(world.appUrl))
  const both = await spa.post('/api/integrations/acme/tickets', {}, { cookie: cookie ?? '' })
  expect([both.status, codeIn(both)]).toEqual([403, 'forbidden'])
  for (const method of ['GET', 'PUT', 'DELETE'])
    expect((await alice.get('/api/integrations/acme/tickets', { method })).status).toBe(405)
})

test('SA-09 a ticket that is late, and a completion that is late, begin and end nothing', async ({
  stranger,
  world,
  tokenCalls,
}) => {
  const spa = await spaOf(world, 'alice')
  const { startUrl, verifier } = await spa.ticket()
  const started = await openStart(stranger, startUrl)
  const back = await visitCallback(stranger, await approve(started.location as URL))
  await world.rows.execute('update completions set expires_at = 1')
  const late = await spa.complete({ handle: handleOf(back), verifier })
  expect([late.status, codeIn(late)]).toEqual([400, 'invalid_ticket'])
  expect(await world.rows.all('completions')).toEqual([])
  expect(tokenCalls()).toBe(0)
})

for (const where of ['the start URL', 'the third party’s page', 'the callback'] as const)
  test(`ST-09 ST-08 a victim who is sent ${where} of the attacker’s SPA connects nothing, for nobody`, async ({
    bob,
    mallory,
    world,
    tokenCalls,
    grants,
  }) => {
    const attacker = await spaOf(world, 'mallory')
    const victim = await spaOf(world, 'bob')
    const { startUrl, verifier } = await attacker.ticket()
    const starter = where === 'the start URL' ? bob : mallory
    const started = await openStart(starter, startUrl)
    const callback = await approve(started.location as URL, 'bob')
    const back = await visitCallback(bob, callback)
    expect(tokenCalls()).toBe(0)
    if (where === 'the start URL') {
      // The victim's browser holds the handle, and its SPA knows that it did not ask.
      const handle = handleOf(back)
      const taken = await victim.complete({ handle, verifier: newVerifier() })
      expect(codeIn(taken)).toBe('invalid_ticket')
      // Whoever reads it there has it in the wrong hands: it is burned, for the attacker too.
      expect(codeIn(await attacker.complete({ handle, verifier }))).toBe('invalid_ticket')
    } else {
      expectError(back, 'invalid_state')
      expect(handleOf(back)).toBe('')
    }
    expect(tokenCalls()).toBe(0)
    expect(await grants('bob')).toEqual([])
    expect(await grants('mallory')).toEqual([])
  })

test('ST-09 a handle in other hands ends the attempt: another user, another verifier, another provider, another origin', async ({
  newVisitor,
  world,
  tokenCalls,
}) => {
  const spa = await spaOf(world, 'alice')
  const other = await spaOf(world, 'bob')
  const ofOrg = await spaOf(world, 'alice', { org: 'org_1' })
  const elsewhere = await spaOf(world, 'alice', { origin: 'https://other-spa.test' })
  const tries: [string, (held: { handle: string; verifier: string }) => Promise<unknown>][] = [
    ['another user', (held) => other.complete(held)],
    ['the same user of an organization', (held) => ofOrg.complete(held)],
    ['another verifier', ({ handle }) => spa.complete({ handle, verifier: newVerifier() })],
    ['another provider', (held) => spa.complete({ ...held, provider: 'plain' })],
    ['another origin', (held) => elsewhere.complete(held)],
  ]
  for (const [name, attempt] of tries) {
    const { startUrl, verifier } = await spa.ticket()
    const browser = await newVisitor()
    const started = await openStart(browser, startUrl)
    const back = await visitCallback(browser, await approve(started.location as URL))
    const held = { handle: handleOf(back), verifier }
    expect([name, codeIn((await attempt(held)) as never)]).toEqual([name, 'invalid_ticket'])
    expect([name, codeIn(await spa.complete(held))]).toEqual([name, 'invalid_ticket'])
  }
  expect(tokenCalls()).toBe(0)
  expect(await world.rows.all('grants')).toEqual([])
})

test('ST-09 of twenty completions at once one redeems the code', async ({
  stranger,
  world,
  tokenCalls,
  grants,
}) => {
  const spa = await spaOf(world, 'alice')
  const { startUrl, verifier } = await spa.ticket()
  const started = await openStart(stranger, startUrl)
  const back = await visitCallback(stranger, await approve(started.location as URL))
  const held = { handle: handleOf(back), verifier }
  const answers = await Promise.all(Array.from({ length: 20 }, () => spa.complete(held)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(tokenCalls()).toBe(1)
  expect(await grants('alice')).toHaveLength(1)
})

test('ST-09 a session in the browser takes nothing over that a SPA began', async ({
  alice,
  world,
  tokenCalls,
  grants,
}) => {
  const spa = await spaOf(world, 'alice')
  const { startUrl } = await spa.ticket()
  const started = await openStart(alice, startUrl)
  const back = await visitCallback(alice, await approve(started.location as URL))
  expect(back.location?.searchParams.get('status')).toBe('pending')
  expect(tokenCalls()).toBe(0)
  expect(await grants('alice')).toEqual([])
})

test('errors of an attempt that a SPA began are told at its own page', async ({
  stranger,
  world,
  tokenCalls,
}) => {
  const spa = await spaOf(world, 'alice')
  const { acme } = world.providers
  const { startUrl } = await spa.ticket()
  const started = await openStart(stranger, startUrl)
  const url = started.location as URL
  const refusal = new URL(url.searchParams.get('redirect_uri') ?? '')
  refusal.search = String(
    new URLSearchParams({
      error: 'access_denied',
      state: url.searchParams.get('state') ?? '',
      iss: acme.url,
    }),
  )
  const back = await visitCallback(stranger, refusal)
  expectError(back, 'access_denied', spa.completionUrl)
  expect(tokenCalls()).toBe(0)
})

test('ST-20 no seal of one purpose opens as a ticket, and no ticket as anything else', async ({
  alice,
  newVisitor,
  world,
}) => {
  const spa = await spaOf(world, 'alice')
  const { startUrl } = await spa.ticket()
  const ticket = startUrl.searchParams.get('ticket') ?? ''
  const browser = await newVisitor()
  const started = await openStart(browser, (await spa.ticket()).startUrl)
  const state = started.location?.searchParams.get('state') ?? ''
  const name = transactionCookie(state, started.url)
  const seal = browser.jar.all().find((cookie) => cookie.name === name)?.value ?? ''
  expect(seal).toMatch(/~2$/)
  const asTicket = `${world.appUrl}/api/integrations/acme/start?ticket=${encodeURIComponent(seal)}`
  expectError(await openStart(await newVisitor(), asTicket), 'invalid_ticket')
  const session = alice.jar.all().find((cookie) => /session/.test(cookie.name))?.value ?? ''
  const sessionAsTicket = `${world.appUrl}/api/integrations/acme/start?ticket=${encodeURIComponent(session)}`
  expectError(await openStart(await newVisitor(), sessionAsTicket), 'invalid_ticket')
  const callback = `/api/integrations/acme/callback?code=X&state=${state}`
  const withTicket = await browser.get(callback, {
    cookie: `${name}=${ticket}`,
    headers: { 'sec-fetch-dest': 'document' },
  })
  expectError(withTicket, 'invalid_state')
  const asSession = await browser.get('/integrations', {
    cookie: `${sessionCookie(world)}=${ticket}`,
  })
  expect(asSession.location?.pathname).toBe('/auth/login')
})

test('ST-22 neither code, verifier nor handle can be read where a completion waits', async ({
  stranger,
  world,
}) => {
  const spa = await spaOf(world, 'alice')
  const { startUrl, verifier } = await spa.ticket()
  const started = await openStart(stranger, startUrl)
  const callback = await approve(started.location as URL)
  const back = await visitCallback(stranger, callback)
  const dump = await world.rows.dump()
  for (const secret of [callback.searchParams.get('code') ?? '', verifier, handleOf(back)]) {
    expect(secret.length).toBeGreaterThan(20)
    expect(dump.includes(secret)).toBe(false)
    expect(world.output().includes(secret)).toBe(false)
  }
})

test('SA-10 only registered origins may read answers, never with cookies; start and callback send no CORS headers', async ({
  alice,
  world,
}) => {
  const paths = ['tickets', 'complete'].map((name) => `/api/integrations/acme/${name}`)
  for (const path of paths)
    for (const [origin, isAllowed] of [
      [world.spa.url, true],
      ['https://evil.test', false],
      ['null', false],
      [`${world.spa.url}/`, false],
      [world.spa.url.toUpperCase(), false],
    ] as const) {
      const answer = await alice.get(path, {
        method: 'OPTIONS',
        cookie: undefined,
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization, content-type',
        },
      })
      expect(answer.status).toBe(204)
      expect(answer.headers['access-control-allow-origin']).toBe(isAllowed ? origin : undefined)
      expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
      expect(answer.headers.vary).toMatch(/origin/i)
    }
  const token = await userToken(world.login, 'alice', { scope: 'integrations:write' })
  for (const path of ['start', 'callback']) {
    const headers = { origin: world.spa.url, authorization: `Bearer ${token}` }
    const answer = await alice.get(`/api/integrations/acme/${path}`, { headers })
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual(
      [],
    )
  }
})
