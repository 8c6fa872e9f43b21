import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt, importSPKI, jwtVerify } from 'jose'
import { startApp } from '../app.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, requestStart, start, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { reconfigure } from '../reconfigure.ts'
import type { Settings } from '../settings.ts'
import { scriptedEntry } from '../stand-in/scripted-entry.ts'
import { freePort } from '../stand-in/server.ts'
import { providersFile } from '../stand-in/start.ts'
import type { World } from '../world.ts'

test.describe('entries that could be taken for one another stop the start', () => {
  test('MX-10 one id twice, but for its case', async ({ world }) => {
    const acme = scriptedEntry(world.providers.acme)
    for (const id of ['acme', 'Acme', 'ACME']) {
      const said = await refusal(world, [acme, { ...acme, id }])
      expect(said).toContain(`provider "${id}", id: is there twice`)
    }
  })

  test('MX-10 an id in upper case alone', async ({ world }) => {
    const said = await refusal(world, [{ ...scriptedEntry(world.providers.acme), id: 'ACME' }])
    expect(said).toContain('provider "ACME", id: "ACME" must be 1 to 40 of a-z, 0-9 and -')
  })

  test('MX-10 a redirect URI of its own choice', async ({ world }) => {
    const shared = { redirect_uri: `${world.appUrl}/api/integrations/callback` }
    const { acme, evil } = world.providers
    const entries = [acme, evil].map((provider) => ({ ...scriptedEntry(provider), ...shared }))
    const said = await refusal(world, entries)
    for (const id of ['acme', 'evil'])
      expect(said).toContain(`provider "${id}", redirect_uri: is not a field`)
  })

  test('MX-10 one client for two entries at one server', async ({ world }) => {
    const { acme } = world.providers
    const entries = [scriptedEntry(acme), { ...scriptedEntry(acme), id: 'acme-mail' }]
    const said = await refusal(world, entries, {
      ACME_MAIL_CLIENT_ID: acme.client.id,
      ACME_MAIL_CLIENT_SECRET: acme.client.secret,
    })
    expect(said).toContain('provider "acme-mail": uses the client of "acme"')
  })

  test('MX-10 MX-18 one private key for two servers', async ({ world }) => {
    const { acme, evil } = world.providers
    const entries = [acme, evil].map((provider) => scriptedEntry(provider, byKey))
    const { pem } = keyPair()
    const keys = { ACME_CLIENT_SECRET: pem, EVIL_CLIENT_SECRET: pem }
    const said = await refusal(world, entries, keys)
    expect(said).toContain('provider "evil": uses the private key of "acme"')
  })
})

test.describe('with clients that sign', () => {
  const byId = { acme: keyPair(), evil: keyPair(), par: keyPair() }
  let restore = async () => {}
  test.beforeAll(async ({ world }) => {
    const settings = Object.fromEntries(
      Object.entries(byId).map(([id, { pem }]) => [`${id.toUpperCase()}_CLIENT_SECRET`, pem]),
    )
    const pushes = { ...byKey, require_pushed_authorization_requests: true }
    restore = await reconfigure(world, {
      entries: { acme: byKey, evil: byKey, par: pushes },
      settings,
    })
  })
  test.afterAll(() => restore())

  test('MX-18 an assertion is for one issuer alone, signed with the key for it, used once', async ({
    alice,
    world,
  }) => {
    for (const id of ['acme', 'evil'] as const) {
      const provider = world.providers[id]
      for (const nth of [1, 2])
        provider.ctl({ endpoint: 'token', nth, status: 200, body: JSON.stringify(tokens(id, nth)) })
      provider.ctl({ endpoint: 'userinfo', nth: 1, status: 200, body: '{"sub":"1","name":"A"}' })
      expectOk(await connect(alice, id))
      // The second time there is no identity: what was received is revoked, with an assertion too.
      expectError(await connect(alice, id), 'exchange_failed')
    }
    const { par, acme, evil } = world.providers
    par.ctl({ endpoint: 'par', status: 201, body: pushedAnswer })
    await start(alice, 'par')
    const asked = [...posts(acme, 3), ...posts(evil, 3), ...posts(par, 1)]
    const ids = await Promise.all(asked.map(expectAssertion))
    expect(new Set(ids).size).toBe(7)
  })

  /** One request with a client assertion (RFC 7523); gives the assertion's own id. */
  async function expectAssertion({ provider, body }: ReturnType<typeof posts>[number]) {
    const form = new URLSearchParams(body)
    const assertion = form.get('client_assertion') ?? ''
    expect(form.has('client_secret')).toBe(false)
    expect(form.get('client_assertion_type')).toBe(
      'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    )
    const claims = decodeJwt(assertion)
    expect(claims).toMatchObject({
      aud: provider.url,
      iss: provider.client.id,
      sub: provider.client.id,
    })
    expect((claims.exp ?? Infinity) - (claims.iat ?? 0)).toBeLessThanOrEqual(300)
    for (const [id, { spki }] of Object.entries(byId)) {
      const verified = jwtVerify(assertion, await importSPKI(spki, 'ES256'))
      if (id === provider.id) await verified
      else await expect(verified, `with the key for ${id}`).rejects.toThrow('signature')
    }
    return claims.jti
  }
})

test('MX-24 the configured resource is named at authorization and at the exchange', async ({
  alice,
  world,
}) => {
  const resource = 'https://api.acme.test/files'
  const constants = { resource }
  const restore = await reconfigure(world, {
    entries: { acme: { authorization_params: constants, token_params: constants } },
  })
  try {
    const query = { resource: 'https://api.acme.test/mail' }
    const { location } = await requestStart({ visitor: alice, query })
    expect(location?.searchParams.getAll('resource')).toEqual([resource])
    expectOk(await visitCallback(alice, await approve(location ?? new URL('about:blank'))))
    const form = new URLSearchParams(world.providers.acme.calls('/token')[0]?.body)
    expect(form.getAll('resource')).toEqual([resource])
  } finally {
    await restore()
  }
})

const byKey = { token_endpoint_auth_method: 'private_key_jwt' } as const
const pushedAnswer = JSON.stringify({ request_uri: 'urn:example:1', expires_in: 60 })

function keyPair(): { pem: string; spki: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    spki: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
}

/** Those of one exchange. Without a refresh token, what is not kept is not revoked beside a living grant. */
function tokens(id: string, nth: number): Record<string, string> {
  return {
    access_token: `AT_cnry_${id}_signed_${nth}`,
    refresh_token: `RT_cnry_${id}_signed_${nth}`,
    token_type: 'Bearer',
    scope: 'profile files.read',
  }
}

function posts(provider: World['providers']['acme'], count: number) {
  const made = provider.log().filter(({ method }) => method === 'POST')
  expect(made.map(({ path }) => path)).toHaveLength(count)
  return made.map(({ body }) => ({ provider, body }))
}

/** What the app says when it does not start with these entries: it ends with code 1 and a sentence. */
async function refusal(world: World, entries: object[], settings: Settings = {}): Promise<string> {
  const file = await providersFile(entries as Parameters<typeof providersFile>[0])
  const port = String(await freePort())
  const env = { ...world.env, ...settings, PORT: port, PROVIDERS_FILE: file.path }
  const failure: unknown = await startApp(env).then(
    (app) => app.stop(),
    (error) => error,
  )
  await file.remove()
  const said = failure instanceof Error ? failure.message : 'it started'
  expect(said).toContain('ended at its start with code 1')
  for (const secret of Object.values(settings)) expect(said).not.toContain(secret)
  return said
}
