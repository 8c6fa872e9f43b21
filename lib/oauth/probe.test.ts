import { generateKeyPairSync } from 'node:crypto'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { listen, readBody } from '#e2e/stand-in/server'
import type { ProviderEntry } from '#lib/providers/provider'
import { offered, plainEntry } from '../testing/provider.ts'
import { stubSettings } from '../testing/settings.ts'
import { resolveProvider } from './metadata.ts'
import { probeClient, verdictOf } from './probe.ts'

stubSettings({ ALLOW_INSECURE_LOCALHOST: 'true' })

// What real servers answer to a code that they never gave, with a good client and with a bad one.
test.each([
  [400, { error: 'invalid_grant' }, 'accepted'],
  // Auth0
  [403, { error: 'invalid_grant' }, 'accepted'],
  [401, { error: 'access_denied' }, 'client_refused'],
  [403, { error: 'unauthorized_client' }, 'client_refused'],
  // Slack, once its quirk has made it standard
  [400, { error: 'invalid_code' }, 'accepted'],
  [400, { error: 'bad_redirect_uri' }, 'redirect_uri_refused'],
  [401, { error: 'invalid_client' }, 'client_refused'],
  [401, undefined, 'client_refused'],
  [400, { error: 'redirect_uri_mismatch' }, 'redirect_uri_refused'],
  [400, { error: 'constructor' }, 'unclear'],
  [400, { message: 'no' }, 'unclear'],
  [200, { access_token: 'AT_cnry' }, 'unclear'],
  [200, undefined, 'not_a_token_endpoint'],
  [404, undefined, 'not_a_token_endpoint'],
  // Twitch
  [403, { status: 403, message: 'invalid client secret' }, 'client_refused'],
  // Glewlwyd refuses a refresh token so
  [400, undefined, 'unclear'],
  [503, { error: 'invalid_client' }, 'away'],
  [429, undefined, 'away'],
  [400, { error: 'temporarily_unavailable' }, 'away'],
])('%i with %j means: %s', (status, body, verdict) => {
  expect(verdictOf(status, body)).toBe(verdict)
})

test('a page with 403 is a firewall’s, and says nothing of the client', () => {
  expect(verdictOf(403, undefined, true)).toBe('unclear')
})

type Asked = { form: URLSearchParams; isOurs: boolean }
type Says = { status: number; body: string; type?: string }

const closing: (() => unknown)[] = []
afterAll(() => Promise.all(closing.map((close) => close())))

const json = (status: number, error: string): Says => ({ status, body: JSON.stringify({ error }) })
const client = { id: 'our-client', secret: 'our-secret' }

/** What is found at a token endpoint that answers so, and how often it was asked. */
async function probed(
  says: (asked: Asked) => Says,
  entry: Partial<ProviderEntry> = {},
  own: { id: string; secret?: string } = client,
) {
  const asked: Asked[] = []
  const server = await listen(
    async (request, response) => {
      const form = new URLSearchParams(await readBody(request))
      const isOurs =
        form.get('client_id') === client.id && form.get('client_secret') === client.secret
      asked.push({ form, isOurs })
      const { status, body, type = 'application/json' } = says({ form, isOurs })
      response.writeHead(status, { 'content-type': type }).end(body)
    },
    { name: 'a token endpoint', port: 0 },
  )
  closing.push(server.close)
  const at = `http://127.0.0.1:${server.port}`
  const provider = await resolveProvider(
    offered(
      { ...plainEntry, issuer: at, token_endpoint: `${at}/token`, ...entry },
      { id: own.id, secret: own.secret },
    ),
  )
  const verdict = await probeClient(provider, 'https://app.test/callback')
  return { verdict, asked }
}

describe('RS-05 a client is good where a surely wrong one is refused, and ours is not', () => {
  const clientFirst = ({ isOurs }: Asked) =>
    isOurs ? json(400, 'invalid_grant') : json(401, 'invalid_client')
  const codeFirst = () => json(400, 'invalid_grant')

  test('RS-05 a server that looks at the client first accepts ours', async () => {
    const { verdict, asked } = await probed(clientFirst)
    expect(verdict).toBe('accepted')
    expect(asked.map(({ isOurs }) => isOurs)).toEqual([true, false])
  })

  test('RS-05 and refuses a wrong one, which is asked once', async () => {
    const { verdict, asked } = await probed(clientFirst, {}, { id: client.id, secret: 'typo' })
    expect([verdict, asked.length]).toEqual(['client_refused', 1])
  })

  // better-auth looks up the code, and then the client:
  // https://github.com/better-auth/better-auth/tree/main/packages/oauth-provider
  test.each([client.secret, 'typo'])(
    'RS-05 nothing can be told of a server that looks at the code first (%s)',
    async (secret) => {
      expect((await probed(codeFirst, {}, { id: client.id, secret })).verdict).toBe('unclear')
    },
  )

  // Twitch names no error, but has another answer for a wrong secret.
  test('RS-05 a server with words of its own accepts ours where it refuses the other', async () => {
    const own = ({ isOurs }: Asked): Says =>
      isOurs
        ? { status: 400, body: '{"status":400,"message":"Invalid authorization code"}' }
        : { status: 403, body: '{"status":403,"message":"invalid client secret"}' }
    expect((await probed(own)).verdict).toBe('accepted')
    expect((await probed(own, {}, { id: client.id, secret: 'typo' })).verdict).toBe(
      'client_refused',
    )
  })

  // passport answers a wrong client in text: http.STATUS_CODES[401].
  test('RS-05 a refusal in text is one', async () => {
    const text = ({ isOurs }: Asked): Says =>
      isOurs
        ? json(403, 'invalid_grant')
        : { status: 401, body: 'Unauthorized', type: 'text/plain' }
    expect((await probed(text)).verdict).toBe('accepted')
    expect((await probed(text, {}, { id: client.id, secret: 'typo' })).verdict).toBe(
      'client_refused',
    )
  })

  test('RS-05 a limit that the second request meets proves nothing', async () => {
    const limited = ({ isOurs }: Asked) =>
      isOurs ? json(400, 'invalid_grant') : json(429, 'slow_down')
    expect((await probed(limited)).verdict).toBe('away')
  })

  test('RS-05 a firewall proves nothing', async () => {
    const page = { status: 403, body: '<h1>Attention required</h1>', type: 'text/html' }
    const walled = ({ isOurs }: Asked) => (isOurs ? json(400, 'invalid_grant') : page)
    expect((await probed(walled)).verdict).toBe('unclear')
    expect((await probed(() => page)).verdict).toBe('unclear')
  })

  test('RS-05 a public client is known where an unknown one is refused', async () => {
    const entry = { token_endpoint_auth_method: 'none' as const }
    const own = { id: client.id }
    const knows = ({ form }: Asked) =>
      form.get('client_id') === client.id ? json(400, 'invalid_grant') : json(400, 'invalid_client')
    expect((await probed(knows, entry, own)).verdict).toBe('accepted')
    // OpenAuth
    expect((await probed(codeFirst, entry, own)).verdict).toBe('unclear')
  })

  test('RS-05 the wrong key has the kind and the name of ours, and another value', async () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const secret = JSON.stringify({ ...pair.privateKey.export({ format: 'jwk' }), kid: 'k1' })
    const entry = { token_endpoint_auth_method: 'private_key_jwt' as const }
    const { asked } = await probed(codeFirst, entry, { id: client.id, secret })
    const jwts = asked.map(({ form }) => form.get('client_assertion') ?? '')
    expect(jwts.map((jwt) => decodeProtectedHeader(jwt))).toEqual(
      Array.from({ length: 2 }, () => ({ alg: 'ES256', kid: 'k1' })),
    )
    await jwtVerify(jwts[0] ?? '', pair.publicKey)
    await expect(jwtVerify(jwts[1] ?? '', pair.publicKey)).rejects.toThrow()
  })
})
