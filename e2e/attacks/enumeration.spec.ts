import { randomBytes, randomUUID } from 'node:crypto'
import type { Answer } from '../browser-client.ts'
import { disconnect } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, requestStart, start, visitCallback } from '../flow.ts'
import { expectError } from '../outcome.ts'

/** In the catalogue, but without a client in these settings; and in nobody's catalogue. */
const hidden = ['github', 'google', 'slack']
const unknown = ['nobody', 'ACME', 'acme2', '__proto__', 'constructor']

test('LK-07 a provider that is not offered looks like one that does not exist', async ({
  alice,
  stranger,
  world,
}) => {
  for (const name of ['GITHUB', 'GOOGLE', 'SLACK'])
    expect(world.env[`${name}_CLIENT_ID`]).toBeUndefined()
  for (const visitor of [alice, stranger])
    for (const path of [
      'api/integrations/ID/start',
      'api/integrations/ID/start?return_to=/activity',
      'api/integrations/ID/callback?code=x&state=y',
      'integrations/ID',
      'integrations/connect/ID',
      'api/integrations/ID',
    ]) {
      const answers = await Promise.all(
        [...unknown, ...hidden].map(async (id) => {
          const click = { headers: { 'sec-fetch-site': 'same-origin' } }
          return toldBy(await visitor.get(`/${path.replace('ID', id)}`, click), id)
        }),
      )
      for (const answer of answers) expect(answer, path).toEqual(answers[0])
    }
  expectError(await requestStart({ visitor: alice, provider: 'github' }), 'unknown_provider')
})

test('LK-07 a state of somebody else looks like one that never was', async ({ alice, bob }) => {
  const { authorizationUrl } = await start(bob)
  const foreign = await approve(authorizationUrl)
  const made = new URL(foreign)
  made.searchParams.set('state', randomBytes(32).toString('base64url'))
  const [one, two] = [await visitCallback(alice, foreign), await visitCallback(alice, made)]
  expectError(one, 'invalid_state')
  expect(toldBy(one, 'acme')).toEqual(toldBy(two, 'acme'))
  expect(one.setCookies).toEqual(two.setCookies)
})

test("LK-07 another user's grant looks like one that does not exist, at start", async ({
  alice,
  bob,
  grants,
}) => {
  await connect(bob)
  const [bobs] = await grants('bob')
  const answers = await Promise.all(
    [String(bobs?.id), randomUUID()].map((grant) =>
      requestStart({ visitor: alice, query: { grant } }),
    ),
  )
  for (const answer of answers) expectError(answer, 'invalid_request')
  expect(toldBy(answers[0], 'acme')).toEqual(toldBy(answers[1], 'acme'))
})

test("LK-07 another user's grant looks like one that does not exist, on the confirm page", async ({
  alice,
  bob,
  grants,
}) => {
  await connect(bob)
  const [bobs] = await grants('bob')
  const [foreign, made] = await Promise.all(
    [String(bobs?.id), randomUUID()].map(async (id) =>
      toldBy(await alice.get(`/integrations/connect/acme?grant=${id}`), id),
    ),
  )
  expect(foreign?.status).toBe(200)
  expect(foreign).toEqual(made)
})

test("LK-07 another user's grant looks like one that does not exist, when disconnecting", async ({
  alice,
  bob,
  grants,
  world,
}) => {
  await connect(bob, 'acme', { account: 'bob' })
  await connect(alice)
  const [bobs] = await grants('bob')
  const [foreign, made] = [
    await disconnect(alice, 'acme', { grant: String(bobs?.id) }),
    await disconnect(alice, 'acme', { grant: randomUUID() }),
  ]
  expect([foreign.outcome, foreign.error]).toEqual([made.outcome, made.error])
  expect(foreign.outcome).toBe('no')
  expect(toldBy(foreign.answer, 'acme')).toEqual(toldBy(made.answer, 'acme'))
  expect(await grants('bob')).toHaveLength(1)
  expect(await grants('alice')).toHaveLength(1)
  expect(world.providers.acme.calls('/revoke')).toEqual([])
})

test('LK-07 of other users there is no trace on any page', async ({ alice, bob, grants }) => {
  await connect(bob, 'acme', { account: 'bobsaccount' })
  await disconnect(bob)
  await connect(bob, 'plain', { account: 'bobsaccount' })
  const ids = [...(await grants('bob', 'acme', { ended: true })), ...(await grants('bob', 'plain'))]
  expect(ids).toHaveLength(2)
  for (const path of ['/integrations', '/integrations/acme', '/integrations/plain', '/activity']) {
    const { body, status } = await alice.get(path)
    expect(status).toBe(200)
    expect(body, path).not.toMatch(/bobsaccount|Bobsaccount|bob@example\.com/)
    for (const { id } of ids) expect(body, path).not.toContain(String(id))
  }
})

/** What an answer tells: status, where to, and the page without what was asked for and what is random. */
function toldBy(answer: Answer | undefined, asked: string) {
  if (!answer) throw new Error('There was no answer')
  const plainly = (text: string) =>
    text.replaceAll(asked, 'ASKED').replaceAll(encodeURIComponent(asked), 'ASKED')
  return {
    status: answer.status,
    location: plainly(answer.headers.location ?? ''),
    body: inOneOrder(plainly(answer.body))
      .replaceAll(/nonce(\\?"?[=:])\\?"[A-Za-z0-9+/=]+\\?"/g, 'nonce')
      .replaceAll(/\d+ (second|minute)s? ago/g, 'AGO'),
  }
}

/**
 * React sends the parts of a page as they get ready, numbered in that order, which is by chance: here they
 * are without their numbers, and sorted.
 */
function inOneOrder(body: string): string {
  return body
    .replaceAll(/"\]\)<\/script><script[^>]*>self\.__next_f\.push\(\[1,"/g, '')
    .split('\\n')
    .map((row) => row.replace(/^[0-9a-f]+:/, '').replaceAll(/\$[Lh@Q]?[0-9a-f]+\b/g, '$'))
    .sort()
    .join('\n')
}
