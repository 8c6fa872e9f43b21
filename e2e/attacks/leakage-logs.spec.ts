import { createHash } from 'node:crypto'
import { type Visitor, visitor } from '../browser-client.ts'
import { disconnect } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, start, visitCallback } from '../flow.ts'
import { startWorld, type World } from '../world.ts'

test('LK-01 whatever goes right or wrong, no secret is written down', async () => {
  test.setTimeout(180_000)
  const world = await startWorld({ env: { LOG_LEVEL: 'debug' } })
  try {
    const alice = visitor({ name: 'alice', appUrl: world.appUrl })
    await alice.login('alice')
    await succeedEverywhere(alice, world)
    await failEverywhere(alice, world)
    await breakTheDatabase(alice, world)
    const output = world.app.output()
    expect(output, 'the failures were logged').toContain('callback_refused')
    expect(output).toContain(databaseErrors[world.rows.dialect])
    const secrets = secretsOf([alice], world)
    expect(secrets.length).toBeGreaterThan(60)
    for (const secret of secrets)
      expect(output.includes(secret), `the app wrote ${secret.slice(0, 16)}…`).toBe(false)
    expect(output).not.toMatch(/_cnry_|[?&](code|state)=|Bearer |Basic /)
    expect(output, 'nor a person').not.toMatch(/alice|example\.com|acme_ann/)
  } finally {
    await world.stop()
  }
})

test('LK-01 requests that are refused at the door leave nothing of theirs in the log', async ({
  alice,
  world,
}) => {
  const before = world.app.output().length
  const marks = ['CODE_cnry_1', 'STATE_cnry_2', 'AT_cnry_3', 'RT_cnry_4', 'GRANT_cnry_5']
  const query = `code=${marks[0]}&state=${marks[1]}&access_token=${marks[2]}`
  await alice.get(`/api/integrations/acme/callback?${query}`)
  await alice.get(`/api/integrations/acme/callback?code=${marks[0]}&state=${marks[1]}`)
  await alice.get(`/api/integrations/${marks[3]}/callback?code=${marks[0]}`)
  await alice.get(`/api/integrations/${marks[3]}/start?return_to=/${marks[1]}`)
  await alice.get(`/api/integrations/acme/start?return_to=https://evil.test/${marks[2]}`)
  await alice.get(`/api/integrations/acme/start?scope=${marks[2]}`, ownClick)
  await alice.get(`/api/integrations/acme/start?grant=${marks[4]}`, ownClick)
  await alice.get(`/integrations/connect/acme?return_to=${marks[2]}&scope=${marks[3]}`)
  await alice.get(`/auth/callback?code=${marks[0]}&state=${marks[1]}`)
  await alice.get(`/nowhere/${marks[2]}?x=${marks[3]}`)
  const output = world.app.output().slice(before)
  expect(output.match(/_refused/g)?.length).toBeGreaterThanOrEqual(7)
  expect(output).not.toContain('_cnry_')
})

/** How the log names what a driver throws; 42P01: there is no such table. */
const databaseErrors = { sqlite: 'SqliteError', postgres: '"error 42P01"' }

const ownClick = { headers: { 'sec-fetch-site': 'same-origin' } }

async function succeedEverywhere(alice: Visitor, world: World): Promise<void> {
  for (const provider of ['acme', 'plain', 'openid', 'par'] as const)
    expect((await connect(alice, provider)).headers.location).toContain('status=connected')
  await disconnect(alice)
  world.providers.plain.reset()
}

/** Each bad answer of a provider, with secrets in its text. */
async function failEverywhere(alice: Visitor, world: World): Promise<void> {
  const { acme, openid, par } = world.providers
  const text = '{"error":"AT_cnry_e","error_description":"RT_cnry_d","access_token":"AT_cnry_t"}'
  for (const rule of [
    { endpoint: 'token' as const, status: 400, body: text },
    { endpoint: 'token' as const, status: 401, body: text, headers: { 'www-authenticate': text } },
    { endpoint: 'token' as const, status: 500, body: text },
    { endpoint: 'token' as const, status: 200, body: `${text},` },
    { endpoint: 'token' as const, merge: { access_token: 'AT_cnry_\n' } },
    { endpoint: 'token' as const, drop_after_processing: true },
    { endpoint: 'token' as const, redirect_to: `${world.attacker.url}/?x=AT_cnry_r` },
    { endpoint: 'userinfo' as const, status: 500, body: text },
    { endpoint: 'revoke' as const, status: 500, body: text },
    { endpoint: 'authorize' as const, merge: { error: 'x', error_description: 'AT_cnry_e' } },
    { endpoint: 'authorize' as const, merge: { iss: 'https://evil.test/AT_cnry_i' } },
  ]) {
    acme.ctl(rule)
    await connect(alice, 'acme')
    forget(acme)
  }
  openid.ctl({ endpoint: 'token', id_token: { alg: 'foreign_key' } })
  await connect(alice, 'openid')
  par.ctl({ endpoint: 'par', status: 400, body: text })
  await alice.get('/api/integrations/par/start', ownClick)
}

/** Drops the rules and keeps the log, in which the secrets are. */
function forget(provider: World['providers']['acme']): void {
  const kept = [...provider.log()]
  provider.reset()
  ;(provider.log() as unknown[]).push(...kept)
}

/** Database messages contain the parameters of their statement, and so sealed and unsealed values. */
async function breakTheDatabase(alice: Visitor, world: World): Promise<void> {
  for (const table of ['grants', 'used_transactions', 'events']) {
    const { authorizationUrl } = await start(alice, 'acme')
    const callback = await approve(authorizationUrl)
    await world.rows.execute(`alter table ${table} rename to away`)
    await visitCallback(alice, callback)
    await world.rows.execute(`alter table away rename to ${table}`)
  }
}

function secretsOf(visitors: readonly Visitor[], world: World): string[] {
  const answers = visitors.flatMap((one) => one.answers)
  const urls = answers.flatMap(({ url, location }) => (location ? [url, location] : [url]))
  const requests = Object.values(world.providers).flatMap((provider) => provider.log())
  const forms = requests.map(({ body }) => new URLSearchParams(body))
  const named = ['code', 'state', 'nonce', 'code_verifier', 'token', 'request_uri']
  const queries = [...urls.map(({ searchParams }) => searchParams), ...forms]
  const cookies = answers
    .flatMap(({ setCookies }) => setCookies)
    .map((line) => line.slice(line.indexOf('=') + 1).split(';', 1)[0] ?? '')
  const keys = [
    'VAULT_KEYS',
    'TRANSACTION_KEYS',
    'AUTH0_SECRET',
    'CRON_SECRET',
    'PAR_CLIENT_SECRET',
  ]
  const all = [
    ...queries.flatMap((query) => named.flatMap((name) => query.getAll(name))),
    ...requests.flatMap(({ rawHeaders }) =>
      rawHeaders.filter((value) => /^(Basic|Bearer) /.test(value)),
    ),
    ...cookies,
    ...keys.map((name) => (world.env[name] ?? '').replace(/^\d+:/, '')),
    ...Object.values(world.providers).map(({ client }) => client.secret),
    world.login.client.secret,
  ].filter((secret) => secret.length >= 20)
  const encoded = all.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    createHash('sha256').update(secret).digest('base64url'),
  ])
  return [...new Set(encoded)]
}
