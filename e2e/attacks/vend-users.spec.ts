import { apiKey } from '../api-key.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { machineToken } from '../machine-token.ts'
import { seedGrant } from '../seed.ts'
import { askForToken, bearer, vend } from '../token-request.ts'
import type { World } from '../world.ts'

const alice = 'auth0|alice'

test('TA-02 users who do not exist, or are near misses of one who does, all look the same', async ({
  alice: visitor,
  bob,
  grants,
  world,
}) => {
  await connect(visitor)
  expect(await grants('bob')).toEqual([])
  const authorization = bearer(await machineToken(world.login))
  expect(bob.name).toBe('bob')
  const plain = await askForToken(world, { authorization, body: { user: 'auth0|nobody' } })
  expect([plain.status, JSON.parse(plain.body).code]).toEqual([404, 'not_connected'])
  for (const user of [
    // Has been here, and has connected nothing.
    'auth0|bob',
    'Auth0|alice',
    'auth0|ALICE',
    'alice',
    `${alice} `,
    ` ${alice}`,
    `${alice}\n`,
    'auth0|al\u0131ce',
    'auth0|\u0430lice',
    'auth0|alice\u0301',
    'auth0\uff5calice',
    'auth0%7Calice',
    '%',
    'auth0|%',
    'auth0|_lice',
    "' or '1'='1",
    `${alice}' --`,
    `${alice}/../auth0|bob`,
    'null',
    '*',
  ]) {
    const answer = await askForToken(world, { authorization, body: { user } })
    expect([answer.status, answer.body], user).toEqual([404, plain.body])
    expect(namesOf(answer.headers), user).toEqual(namesOf(plain.headers))
  }
  expect(world.providers.acme.calls('/token')).toHaveLength(1)
})

test('TA-02 a user is named by one plain text and nothing else', async ({
  alice: visitor,
  world,
}) => {
  await connect(visitor)
  const authorization = bearer(await machineToken(world.login))
  const fields = { user: alice }
  for (const body of [
    '',
    'null',
    '[]',
    '"auth0|alice"',
    `user=${alice}`,
    '{"user":',
    { user: [alice] },
    { user: { toString: alice } },
    { user: { $ne: null } },
    { user: null },
    { user: '' },
    { user: `${alice}\0` },
    { user: 'x'.repeat(300) },
    { sub: alice },
    { ...fields, org: ['org_1'] },
    { ...fields, org: '' },
    { ...fields, grant: "' or 1=1" },
    { ...fields, userId: 'x' },
    `{"__proto__":{"user":"${alice}"}}`,
    { ...fields, scope: 'x'.repeat(20_000) },
  ]) {
    const answer = await askForToken(world, { authorization, body })
    const about = JSON.stringify(body).slice(0, 60)
    expect([answer.status, JSON.parse(answer.body).code], about).toEqual([400, 'invalid_request'])
    expect(answer.body, 'what was sent does not come back').not.toContain('alice')
  }
})

test("TA-02 another user's grant, named by its id, is as unknown as none", async ({
  alice: visitor,
  bob,
  grants,
  world,
}) => {
  await connect(visitor)
  await connect(bob, 'acme', { account: 'bob' })
  const [foreign] = await grants('bob')
  const authorization = bearer(await apiKey(world))
  const ask = (grant: unknown, provider = 'acme') =>
    askForToken(world, { authorization, provider, body: { user: alice, grant } })
  const unknown = await ask(crypto.randomUUID())
  const taken = await ask(foreign?.id)
  expect([taken.status, taken.body]).toEqual([404, unknown.body])
  const [own] = await grants('alice')
  expect((await ask(own?.id)).status).toBe(200)
})

test("TA-02 a grant's id does not lead from one provider to another", async ({
  alice: visitor,
  grants,
  world,
}) => {
  await connect(visitor)
  await connect(visitor, 'plain')
  const [grant] = await grants('alice', 'plain')
  const authorization = bearer(await apiKey(world, { providers: 'acme' }))
  const body = { user: alice, grant: grant?.id }
  expect((await askForToken(world, { authorization, body })).status).toBe(404)
  const answer = await askForToken(world, { authorization, provider: 'plain', body })
  expect([answer.status, JSON.parse(answer.body).code]).toEqual([403, 'forbidden'])
})

test('TA-02 a job of one organization gets nothing of another, and cannot tell who is there', async ({
  newVisitor,
  world,
}) => {
  const inOrg = await newVisitor()
  await inOrg.login('alice', 'org_1')
  await connect(inOrg)
  const outside = await newVisitor('alice')
  await connect(outside, 'acme', { account: 'other' })
  const ours = await accountsSeenBy(world, bearer(await orgToken(world, 'org_1')))
  expect(ours).toEqual({ '': 'acme_ann', org_1: 'acme_ann', org_2: null, org_3: null })
  const theirs = await accountsSeenBy(world, bearer(await orgToken(world, 'org_2')))
  expect(theirs).toEqual({ '': null, org_1: null, org_2: null, org_3: null })
  const key = await apiKey(world, { name: 'bound', org: 'org_2' })
  expect(await accountsSeenBy(world, bearer(key))).toEqual(theirs)
  const free = await accountsSeenBy(world, bearer(await machineToken(world.login)))
  expect(free).toEqual({ '': 'acme_other', org_1: 'acme_ann', org_2: null, org_3: null })
})

test("TA-02 a job that asks for another organization's user leaves no trace in the trail of its users", async ({
  newVisitor,
  world,
}) => {
  const visitor = await newVisitor()
  await visitor.login('alice', 'org_1')
  await connect(visitor)
  await accountsSeenBy(world, bearer(await orgToken(world, 'org_2')))
  const types = (await world.rows.all('events')).map(({ type }) => type)
  expect(types).not.toContain('vend_refused')
  expect(world.output()).toContain('vend_refused')
})

test('TA-02 of several grants the job chooses, among those of its user alone', async ({
  alice: visitor,
  bob,
  grants,
  world,
}) => {
  await connect(visitor)
  await connect(visitor, 'acme', { account: 'second' })
  await connect(bob, 'acme', { account: 'bob' })
  await seedGrant(world.rows, { provider: 'plain', account_label: 'Elsewhere' })
  const authorization = bearer(await machineToken(world.login))
  const answer = await askForToken(world, { authorization, body: { user: alice } })
  expect([answer.status, JSON.parse(answer.body).code]).toEqual([409, 'account_required'])
  const own = (await grants('alice')).map(({ id }) => String(id))
  for (const id of own) {
    expect(answer.body).toContain(id)
    const { grant } = await vend(world, { authorization, body: { user: alice, grant: id } })
    expect(grant).toBe(id)
  }
  expect(answer.body).not.toMatch(/bob|Elsewhere|_cnry_/)
})

/** Which of alice's accounts a job gets, by the organization that it names; '' for none. */
async function accountsSeenBy(
  world: World,
  authorization: string,
): Promise<Record<string, string | null>> {
  const unknown = await askForToken(world, { authorization, body: { user: 'auth0|nobody' } })
  const seen: Record<string, string | null> = {}
  for (const org of ['', 'org_1', 'org_2', 'org_3']) {
    const body = { user: alice, ...(org ? { org } : {}) }
    const answer = await askForToken(world, { authorization, body })
    if (answer.status !== 200) expect([answer.status, answer.body]).toEqual([404, unknown.body])
    seen[org] = answer.status === 200 ? JSON.parse(answer.body).account.id : null
  }
  return seen
}

function orgToken({ login }: World, org: string): Promise<string> {
  return machineToken(login, { client: 'orgJobs', org })
}

function namesOf(headers: object): string[] {
  return Object.keys(headers).sort()
}
