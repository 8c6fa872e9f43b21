import { startApp } from '../app.ts'
import { approve, visitCallback } from '../flow.ts'
import { expect, test } from '../relay-fixtures.ts'
import { answerFor, beginAt, expectRefused } from '../relay-flow.ts'
import { sealState } from '../relay-state.ts'
import { key } from '../settings.ts'
import { freePort } from '../stand-in/server.ts'

test.describe.configure({ timeout: 180_000 })

const relay = '/api/integrations/acme/relay'

test('RL-01 the relay goes nowhere with a state that is not sealed by its keys, for it, in time', async ({
  alice,
  relayed,
}) => {
  const { stable, preview, relayKeys } = relayed
  const { host } = new URL(preview.appUrl)
  const content = { typ: 'relay', host, inner_state: 'i'.repeat(43), exp: Date.now() }
  const genuine = (await answerFor(alice, preview.appUrl)).searchParams.get('state') ?? ''
  const seconds = Math.floor(Date.now() / 1000)
  const states = [
    ...['', 'x', 'i'.repeat(43), JSON.stringify(content), 'a'.repeat(6000)],
    ...[Buffer.from(JSON.stringify(content)).toString('base64url'), JSON.stringify({ host })],
    ...[genuine.slice(0, -3), genuine.replace('Fe26', 'Fe27'), `${genuine}A`],
    genuine.slice(0, 90) + (genuine[90] === 'A' ? 'B' : 'A') + genuine.slice(91),
    await sealState({ host }, { keys: key() }),
    await sealState({ host }, { keys: relayKeys, purpose: 'transaction' }),
    await sealState({ host }, { keys: stable.env.TRANSACTION_KEYS ?? '', purpose: 'transaction' }),
    await sealState({ host }, { keys: stable.env.TRANSACTION_KEYS ?? '' }),
    await sealState({ host, typ: 'transaction' }, { keys: relayKeys }),
    await sealState({ host, exp: seconds - 1 }, { keys: relayKeys }),
    await sealState({ host, exp: seconds + 3600 }, { keys: relayKeys }),
    await sealState({ host: 'evil.test' }, { keys: relayKeys }),
    await sealState({ host: new URL(stable.attacker.url).host }, { keys: relayKeys }),
  ]
  for (const state of states) {
    const query = new URLSearchParams({ code: 'C', state })
    expectRefused(await visitCallback(alice, `${stable.appUrl}${relay}?${query}`), relayed)
  }
  expectRefused(await visitCallback(alice, `${stable.appUrl}${relay}?code=C`), relayed)
  expect(stable.attacker.log).toEqual([])
})

test('RL-02 a sealed host that only looks like a preview is refused', async ({
  stranger,
  relayed,
}) => {
  const { stable, preview, lookAlike, relayKeys } = relayed
  const { host, hostname, port } = new URL(preview.appUrl)
  for (const sealed of [
    new URL(lookAlike.appUrl).host,
    `my-app-git-x-attackerteam.localhost:${port}`,
    `my-app.localhost.evil.test:${port}`,
    `a.b-my-team.localhost:${port}`,
    `my-app-a.b-my-team.localhost:${port}`,
    `my-app--my-team.localhost:${port}`,
    `${hostname}:444`,
    hostname,
    `${hostname}.:${port}`,
    `${host}/anything`,
    `${host}/../..`,
    `${host}?x`,
    `evil.test#${host}`,
    `evil.test/${host}`,
    `user@${host}`,
    `${host}@evil.test`,
    `http://${host}`,
    `//${host}`,
  ]) {
    const query = new URLSearchParams({
      code: 'C',
      state: await sealState({ host: sealed }, { keys: relayKeys }),
    })
    expectRefused(await visitCallback(stranger, `${stable.appUrl}${relay}?${query}`), relayed)
  }
  const state = await sealState({ host }, { keys: relayKeys })
  const query = new URLSearchParams({ code: 'C', state })
  const { location } = await visitCallback(stranger, `${stable.appUrl}${relay}?${query}`)
  expect(location?.origin, 'the same seal with a host of ours goes through').toBe(preview.appUrl)
})

test('RL-02 a look-alike that has every secret of a preview gets no response', async ({
  alice,
  relayed,
}) => {
  const { preview, lookAlike } = relayed
  const cookie = alice.jar.header(new URL(preview.appUrl)) ?? ''
  const answer = await approve(await beginAt(alice, lookAlike.appUrl, cookie))
  expect(answer.searchParams.get('code')).toMatch(/./)
  expectRefused(await visitCallback(alice, answer), relayed)
})

test('RL-05 nothing but code, state, iss and error goes on, each once and encoded anew', async ({
  alice,
  relayed,
}) => {
  const { stable, preview } = relayed
  const genuine = await answerFor(alice, preview.appUrl)
  const state = encodeURIComponent(genuine.searchParams.get('state') ?? '')
  const ask = (query: string) => visitCallback(alice, `${stable.appUrl}${relay}?${query}`)
  const { location, headers } = await ask(
    `state=${state}&code=%0d%0aX:%20y%26iss%3Dz&return_to=https://evil.test&scope=a&error_description=%3Cb%3E&session_state=s`,
  )
  expect(headers.x).toBeUndefined()
  expect(Object.fromEntries(location?.searchParams ?? [])).toEqual({
    code: '\r\nX: y&iss=z',
    state: expect.stringMatching(/^[\w-]{43}$/),
  })
  expect(location?.hash).toBe('#_')
  for (const query of [
    `state=${state}&state=b&code=C`,
    `state=${state}&code=C&code=D`,
    `state=${state}&code=C&iss[]=x`,
    `state=${state}&code=C&access_token=x`,
    `state=${state}&code=${'c'.repeat(12_289)}`,
    `state=${state}&code=C&iss=${'i'.repeat(2049)}`,
    `state=${state}&code=C&return_to=https://evil&access_token=x&state=a&state=b`,
  ])
    expectRefused(await ask(query), relayed, 'invalid_request')
  const answers = await Promise.all(
    ['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'].map((method) =>
      alice.get(genuine, { method }),
    ),
  )
  for (const { status, location: elsewhere } of answers)
    expect([status, elsewhere]).toEqual([405, undefined])
})

test('RL-06 a state that leads back to the stable deployment is refused', async ({
  stranger,
  relayed,
}) => {
  const { stable, relayKeys } = relayed
  const { host } = new URL(stable.appUrl)
  const state = await sealState({ host }, { keys: relayKeys })
  const query = new URLSearchParams({ code: 'C', state })
  expectRefused(await visitCallback(stranger, `${stable.appUrl}${relay}?${query}`), relayed)
})

test('RL-06 a preview hands nothing on, and none starts that would be its own relay', async ({
  alice,
  relayed,
}) => {
  const { preview } = relayed
  const { search } = await answerFor(alice, preview.appUrl)
  const { location } = await visitCallback(alice, `${preview.appUrl}${relay}${search}`)
  expect(location?.origin).toBe(preview.appUrl)
  expect(location?.search).toBe('?integration=acme&status=error&error=invalid_state')
  const env = { ...preview.env, RELAY_URL: preview.appUrl, PORT: String(await freePort()) }
  const starting = startApp(env).then(({ stop }) => stop())
  await expect(starting).rejects.toThrow('RELAY_URL is this deployment itself')
})

test('RL-08 no header and no parameter changes where the relay leads', async ({
  alice,
  relayed,
}) => {
  const { stable, preview, lookAlike } = relayed
  const genuine = await answerFor(alice, preview.appUrl)
  const plain = await visitCallback(alice, genuine)
  const elsewhere = new URL(lookAlike.appUrl).host
  for (const headers of [
    { 'x-skip-oauth-proxy': '1' },
    { 'x-forwarded-host': elsewhere, 'x-forwarded-proto': 'http' },
    { forwarded: `host=${elsewhere};proto=http` },
    { origin: lookAlike.appUrl, referer: `${lookAlike.appUrl}/` },
    { cookie: `host=${elsewhere}` },
  ] as Record<string, string>[])
    expect((await visitCallback(alice, genuine, headers)).location?.href).toBe(plain.location?.href)
  const more = new URLSearchParams({ relay: '0', host: elsewhere, target: lookAlike.appUrl })
  expect((await visitCallback(alice, `${genuine}&${more}`)).location?.href).toBe(
    plain.location?.href,
  )
  const bad = await visitCallback(alice, `${stable.appUrl}${relay}?code=C&state=x`, {
    'x-forwarded-host': elsewhere,
  })
  expectRefused(bad, relayed)
})
