import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SettingsError } from '#lib/env'
import { catalogue } from './catalogue.ts'
import { configHash } from './hash.ts'
import { loadProviders, type OfferedProvider } from './load.ts'
import { lookUp } from './provider.ts'

const folder = mkdtempSync(join(tmpdir(), 'providers-'))
let files = 0

const acme = {
  id: 'acme',
  name: 'Acme',
  issuer: 'https://acme.example',
  authorization_endpoint: 'https://acme.example/authorize',
  token_endpoint: 'https://acme.example/token',
  scope: ['read'],
  account: { id: 'sub', label: 'name' },
  docs: 'https://acme.example/docs',
  manage: 'https://acme.example/apps',
}

type Clients = Record<string, { id: string; secret: string | undefined }>
const acmeClient: Clients = { acme: { id: 'acme-client', secret: 'acme-secret' } }

function load(entries: unknown, clients: Clients = acmeClient, isLocalAllowed = false) {
  const file = join(folder, `${files++}.json`)
  writeFileSync(file, typeof entries === 'string' ? entries : JSON.stringify(entries))
  return loadProviders({
    PROVIDERS_FILE: file,
    ALLOW_INSECURE_LOCALHOST: isLocalAllowed,
    client: (id) => clients[id],
  })
}

function complaint(entries: unknown, clients?: Clients, isLocalAllowed?: boolean): string {
  try {
    load(entries, clients, isLocalAllowed)
  } catch (error) {
    if (error instanceof SettingsError) return error.message
    throw error
  }
  return 'no complaint'
}

function given(providers: ReadonlyMap<string, OfferedProvider>, id = 'acme'): OfferedProvider {
  const provider = providers.get(id)
  if (!provider) throw new Error(`${id} is not offered`)
  return provider
}

test('every entry of the catalogue is sound, and offered once it has a client', () => {
  const providers = loadProviders({
    PROVIDERS_FILE: undefined,
    ALLOW_INSECURE_LOCALHOST: false,
    client: (id) => ({ id: `${id}-client`, secret: 'secret' }),
  })
  expect([...providers.keys()]).toEqual(catalogue.map((entry) => entry.id))
  expect(JSON.stringify([...providers.values()])).not.toContain('{tenant}')
  for (const provider of providers.values()) {
    expect(provider.account).not.toBeNull()
    expect(Object.keys(provider.scope_descriptions)).toEqual([
      ...provider.scope,
      ...provider.optional_scope,
    ])
  }
})

test('a provider without a client is not offered', () => {
  expect([...load([acme], {}).keys()]).toEqual([])
  expect([...load([acme]).keys()]).toEqual(['acme'])
})

test('defaults are filled in', () => {
  expect(given(load([acme]))).toMatchObject({
    iss_parameter_supported: false,
    token_endpoint_auth_method: 'client_secret_post',
    pkce: 'S256',
    scope_separator: ' ',
    optional_scope: [],
    required_scope: [],
    authorization_params: {},
    rotation: 'unknown',
    revokes: 'token',
    revocation_token: 'refresh_token',
    require_pushed_authorization_requests: false,
    client: acmeClient.acme,
  })
})

test('an entry with a known id changes that entry field by field', () => {
  const client = { github: { id: 'c', secret: 's' } }
  const change = { id: 'github', name: 'GitHub (ours)', account: { id: 'node_id', label: 'name' } }
  expect(given(load([change], client), 'github')).toMatchObject({
    name: 'GitHub (ours)',
    account: { id: 'node_id', label: 'name' },
    token_endpoint: 'https://github.com/login/oauth/access_token',
    quirk: 'github',
  })
})

test('an object is replaced as one field', () => {
  const client = { google: { id: 'c', secret: 's' } }
  const change = { id: 'google', authorization_params: { access_type: 'offline' } }
  const google = given(load([change], client), 'google')
  expect(google.authorization_params).toEqual({ access_type: 'offline' })
})

test('scopes may be one text, and {tenant} stands for the tenant', () => {
  const client = { microsoft: { id: 'c', secret: 's' } }
  const change = { id: 'microsoft', tenant: 'contoso.example', scope: 'offline_access User.Read' }
  const microsoft = given(load([change], client), 'microsoft')
  expect(microsoft.scope).toEqual(['offline_access', 'User.Read'])
  expect(microsoft.token_endpoint).toBe(
    'https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token',
  )
})

const calendar = 'https://www.googleapis.com/auth/calendar'
const googleClient = { google: { id: 'c', secret: 's' } }

test.each([
  ['a list', ['openid', `${calendar}.events`]],
  ['one text', `openid ${calendar}.events`],
])('FC-17 other scopes for an entry of the catalogue need no other change: %s', (_, scope) => {
  const google = given(load([{ id: 'google', scope }], googleClient), 'google')
  expect(google.scope).toEqual(['openid', `${calendar}.events`])
  expect(google.scope_descriptions).toHaveProperty('openid.title', expect.stringContaining('Know'))
  expect(google.scope_descriptions).not.toHaveProperty([`${calendar}.readonly`])
})

test('FC-17 a description of one scope leaves the others as they are; one of no scope is a mistake', () => {
  const title = 'Change your events'
  const change = {
    id: 'google',
    scope: ['openid', `${calendar}.freebusy`],
    scope_descriptions: { [`${calendar}.freebusy`]: { title, access: 'write' } },
  }
  const google = given(load([change], googleClient), 'google')
  expect(google.scope_descriptions).toMatchObject({
    openid: { access: 'read' },
    [`${calendar}.freebusy`]: { title },
  })
  const misspelt = {
    ...change,
    scope_descriptions: { 'calendar.events': { title, access: 'read' } },
  }
  expect(complaint([misspelt], googleClient)).toContain('describes "calendar.events"')
  for (const scope_descriptions of ['x', [], 7])
    expect(complaint([{ ...change, scope_descriptions }], googleClient)).toContain(
      'provider "google", scope_descriptions: ',
    )
})

test('discovery stands in place of the endpoints and gives the issuer', () => {
  const { authorization_endpoint, token_endpoint, issuer, ...rest } = acme
  const provider = given(load([{ ...rest, discovery: 'https://acme.example' }]))
  expect(provider.issuer).toBe('https://acme.example')
  expect(provider.token_endpoint).toBeUndefined()
})

test('localhost and http are let through with ALLOW_INSECURE_LOCALHOST alone', () => {
  const local = {
    ...acme,
    issuer: 'http://127.0.0.1:3002',
    authorization_endpoint: 'http://127.0.0.1:3002/authorize',
    token_endpoint: 'http://acme.localhost:3002/token',
    docs: 'http://localhost:3002/docs',
  }
  expect(complaint([local], acmeClient, true)).toBe('no complaint')
  expect(complaint([local])).toContain('ALLOW_INSECURE_LOCALHOST=true')
  expect(
    complaint([{ ...local, token_endpoint: 'http://acme.example/token' }], acmeClient, true),
  ).toContain('token_endpoint: "http://acme.example/token" must start with https://')
})

describe('every problem is told at the start', () => {
  const { issuer: _, ...withoutIssuer } = acme
  const { token_endpoint: __, ...withoutToken } = acme
  const cases: [string, object, string][] = [
    ['an unknown field', { scopes: ['read'] }, 'scopes: is not a field; did you mean "scope"?'],
    ['a stranger field', { colour: 'red' }, 'colour: is not a field; the fields are id, name'],
    ['a wrong type', { scope: 7 }, 'scope: is 7; it must be a list of texts'],
    [
      'a wrong member',
      { authorization_params: { max_age: 1 } },
      'authorization_params.max_age: is 1; it must be text in quotes',
    ],
    ['a wrong choice', { pkce: 'plain' }, 'pkce: is "plain"; it must be one of S256, none'],
    ['a bad scope', { scope: ['a b'] }, 'scope.0: "a b" is not one scope'],
    [
      'a bad path',
      { account: { id: 'a..b', label: 'c' } },
      'account.id: "a..b" must be a dotted path',
    ],
    ['an incomplete account', { account: { id: 'sub' } }, 'account.label: is missing'],
    [
      'an unknown field inside',
      { account: { id: 'a', label: 'b', email: 'c' } },
      'account.email: is not a field',
    ],
    ['a bad id', { id: 'Acme_1' }, 'id: "Acme_1" must be 1 to 40 of a-z, 0-9 and -'],
    ['the id of a login setting', { id: 'auth0' }, 'id: "auth0" is taken by the login settings'],
    ['http', { token_endpoint: 'http://acme.example/t' }, 'must start with https://'],
    ['no URL', { token_endpoint: 'acme.example/t' }, 'is not a URL'],
    ['a fragment', { token_endpoint: 'https://acme.example/t#x' }, 'has a fragment'],
    ['a loopback address', { token_endpoint: 'https://127.0.0.1/t' }, 'is on this machine'],
    ['an address in disguise', { token_endpoint: 'https://0x0a000001/t' }, 'is a private address'],
    ['a mapped address', { token_endpoint: 'https://[::ffff:10.0.0.1]/t' }, 'is a private address'],
    [
      'a metadata address',
      { userinfo_endpoint: 'https://169.254.169.254/' },
      'userinfo_endpoint: ',
    ],
    ['a local name with a dot', { token_endpoint: 'https://localhost./t' }, 'is on this machine'],
    [
      'a private API',
      { api: ['https://192.168.0.1/'] },
      'api.0: "https://192.168.0.1/" is a private',
    ],
    [
      'a query in the issuer',
      { issuer: 'https://acme.example?a=b' },
      'issuer: "https://acme.example?a=b" has a query',
    ],
    [
      'a tenant that is missing',
      { token_endpoint: 'https://acme.example/{tenant}' },
      'tenant is missing',
    ],
    [
      'a scope never asked for',
      { required_scope: ['write'] },
      'required_scope.0: "write" is never asked for',
    ],
    [
      'a reserved parameter',
      { authorization_params: { state: 'x' } },
      'authorization_params.state: is a parameter that the protocol sets',
    ],
    ['a reserved scope', { token_params: { scope: 'x' } }, 'token_params.scope: is a parameter'],
    [
      'a reserved query',
      { authorization_endpoint: 'https://acme.example/a?redirect_uri=b' },
      'carries "redirect_uri" in its query',
    ],
    [
      'another issuer than discovery',
      { discovery: 'https://other.example' },
      'issuer: differs from discovery',
    ],
    [
      'pushing without an endpoint',
      { require_pushed_authorization_requests: true },
      'pushed_authorization_request_endpoint: is missing',
    ],
    [
      'an unknown quirk',
      { quirk: 'constructor' },
      'quirk: "constructor" does not exist; there are dropbox, github',
    ],
    [
      'an unknown quirk in a list',
      { quirk: ['slack', 'toString'] },
      'quirk: "toString" does not exist; there are dropbox, github',
    ],
    ['a quirk that is none', { quirk: 7 }, 'quirk: must be the id of a quirk, or a list of such'],
    [
      'WD-09 a type that is no bearer token',
      { token_types: ['User', 'DPoP'] },
      'token_types: "DPoP" is a token that cannot be used as a Bearer token',
    ],
    ['an unknown unit', { expires_unit: 'min' }, 'expires_unit: is "min"; it must be one of s, ms'],
    [
      'WD-14 a response mode',
      { authorization_params: { response_mode: 'form_post' } },
      'authorization_params.response_mode: asks for the response mode "form_post"; the callback takes query alone',
    ],
    [
      'WD-14 a response mode in the URL',
      { authorization_endpoint: 'https://acme.test/authorize?response_mode=fragment' },
      'authorization_endpoint: asks for the response mode "fragment"',
    ],
    [
      'a public client without PKCE',
      { pkce: 'none', token_endpoint_auth_method: 'none' },
      'such a client needs S256',
    ],
    [
      'a separator in a scope',
      { scope: ['a,b'], scope_separator: ',' },
      '"a,b" contains the scope_separator',
    ],
  ]
  test.each(cases)('%s', (_name, change, sentence) => {
    expect(complaint([{ ...acme, ...change }])).toContain(sentence)
  })

  test.each([
    ['iss_parameter_supported', { iss_parameter_supported: true }],
    ['openid', { scope: ['openid'] }],
    ['private_key_jwt', { token_endpoint_auth_method: 'private_key_jwt' }],
  ])('%s needs an issuer', (_name, change) => {
    expect(complaint([{ ...withoutIssuer, ...change }])).toContain('issuer: is missing')
  })

  test('a missing endpoint, all problems in one message, each with the id of its entry', () => {
    const message = complaint([withoutToken, { ...acme, id: 'beta', name: 1 }, { name: 'x' }])
    expect(message).toContain(
      'provider "acme", token_endpoint: is missing; give its URL, or "discovery"',
    )
    expect(message).toContain('provider "beta", name: is 1; it must be text in quotes')
    expect(message).toContain('PROVIDERS_FILE, entry 2: id is missing')
  })

  test('a password in a URL is not repeated', () => {
    const message = complaint([{ ...acme, token_endpoint: 'https://me:hunter2@acme.example/t' }])
    expect(message).toContain('token_endpoint: holds a user name or password')
    expect(message).not.toContain('hunter2')
  })

  test('a file that is not there, is no JSON, or is no array', () => {
    const env = { ALLOW_INSECURE_LOCALHOST: false, client: () => undefined }
    expect(() => loadProviders({ ...env, PROVIDERS_FILE: join(folder, 'none.json') })).toThrow(
      'there is no such file',
    )
    expect(complaint('[{"id": }]')).toContain('is not valid JSON')
    expect(complaint({ acme })).toContain('must hold a JSON array of entries')
  })
})

describe('clients', () => {
  test('a secret is needed by every method but none', () => {
    const noSecret: Clients = { acme: { id: 'c', secret: undefined } }
    expect(complaint([acme], noSecret)).toContain('ACME_CLIENT_SECRET is missing')
    const publicClient = { ...acme, token_endpoint_auth_method: 'none' }
    expect(complaint([publicClient], noSecret)).toBe('no complaint')
  })

  test('private_key_jwt takes a PEM or a JWK, and says nothing of a bad one', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const jwk = JSON.stringify(privateKey.export({ format: 'jwk' }))
    const entry = { ...acme, token_endpoint_auth_method: 'private_key_jwt' }
    const with_ = (secret: string) => complaint([entry], { acme: { id: 'c', secret } })
    expect(with_(pem)).toBe('no complaint')
    expect(with_(jwk)).toBe('no complaint')
    expect(with_('hunter2')).toContain('ACME_CLIENT_SECRET must be a private key')
    expect(with_('hunter2')).not.toContain('hunter2')
  })

  test('two providers do not share a private key (MX-18)', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const one = { ...acme, token_endpoint_auth_method: 'private_key_jwt' }
    const clients = { acme: { id: 'a', secret }, beta: { id: 'b', secret } }
    expect(complaint([one, { ...one, id: 'beta' }], clients)).toContain(
      'provider "beta": uses the private key of "acme"',
    )
  })
})

describe('MX-10', () => {
  test('MX-10: ids are unique, whatever their case', () => {
    expect(complaint([acme, { ...acme, id: 'ACME' }])).toContain(
      'provider "ACME", id: is there twice',
    )
    expect(complaint([{ ...acme, id: 'GitHub' }])).toContain('id: "GitHub" must be')
  })

  test('MX-10: two providers with one client at one authorization server are refused', () => {
    const twin = { ...acme, id: 'twin' }
    const same = { acme: { id: 'c', secret: 's' }, twin: { id: 'c', secret: 's' } }
    expect(complaint([acme, twin], same)).toContain('provider "twin": uses the client of "acme"')
    const own = { ...same, twin: { id: 'd', secret: 's' } }
    expect(complaint([acme, twin], own)).toBe('no complaint')
  })
})

test('MX-16: only the exact id finds a provider', () => {
  const providers = load([acme])
  expect(lookUp(providers, 'acme').name).toBe('Acme')
  const tricks =
    '__proto__ constructor toString ACME Acme acme%00 acme%20 acme%2f ..%2facme acme;x=1 acme#x 🐱'
  for (const id of [
    ...tricks.split(' '),
    '',
    'acme ',
    'acme\n',
    'acme/',
    'a'.repeat(10_240),
    'github',
  ])
    expect(() => lookUp(providers, id), id.slice(0, 20)).toThrow('unknown_provider')
})

describe('MX-09: the hash of a configuration', () => {
  const hash = (change: object, client = acmeClient) =>
    configHash(given(load([{ ...acme, ...change }], client)))

  test('is the same for the same configuration, in whatever order it is written', () => {
    const reversed = Object.fromEntries(Object.entries(acme).reverse())
    expect(hash({})).toBe(configHash(given(load([reversed]))))
    expect(hash({})).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  test('changes with an endpoint and with the client, but not with the secret', () => {
    expect(hash({ token_endpoint: 'https://acme.example/other' })).not.toBe(hash({}))
    expect(hash({}, { acme: { id: 'other', secret: 'acme-secret' } })).not.toBe(hash({}))
    expect(hash({}, { acme: { id: 'acme-client', secret: 'rotated' } })).toBe(hash({}))
  })
})

describe('what an entry says of calls through the proxy', () => {
  test('is taken as it is', () => {
    const fields = {
      api_headers: { 'Client-Id': '{client_id}', 'X-Version': '2026-09' },
      api_auth: { header: 'X-Acme-Token', scheme: '' },
      api_forward: ['X-Tenant-Id'],
      api_query: ['token'],
      api_except: ['/oauth/*', '/users/*/keys', '/auth.revoke', '/*'],
      api_ranges: false,
      reads: ['GET /*', 'POST /search', 'POST /databases/*/query'],
    }
    expect(given(load([{ ...acme, ...fields }]))).toMatchObject(fields)
    const reads = { by: 'method', source: 'https://acme.example/docs' }
    expect(given(load([{ ...acme, reads }])).reads).toEqual(reads)
    expect(given(load([{ ...acme, api_auth: { header: 'X-Acme-Token' } }])).api_auth).toEqual({
      header: 'X-Acme-Token',
      scheme: 'Bearer',
    })
  })

  const taken = 'is a header that the proxy or HTTP sets itself; leave it out'
  const list =
    'must be { "by": "method", "source": "https://…" }, or a list such as ["GET /items/*", "POST /search"]'
  test.each([
    [{ api_headers: { Host: 'evil.test' } }, `api_headers.Host: ${taken}`],
    [{ api_headers: { Cookie: 'a=b' } }, `api_headers.Cookie: ${taken}`],
    [{ api_headers: { 'X-Forwarded-Host': 'x' } }, `api_headers.X-Forwarded-Host: ${taken}`],
    [
      { api_headers: { authorization: 'Basic x' } },
      'api_headers.authorization: bears the access token; leave it out',
    ],
    [{ api_headers: { 'X-A': 'a\r\nb' } }, 'must be visible ASCII, as in "2026-09-01"'],
    [
      { api_headers: { 'X-A': '{client_secret}' } },
      'api_headers.X-A: "{client_secret}" has a brace; only {client_id} is filled in',
    ],
    [
      { api_headers: { 'X-A': '1', 'x-a': '2' } },
      'api_headers: has one header twice; case makes no difference',
    ],
    [{ api_auth: { header: 'Cookie' } }, `api_auth.header: ${taken}`],
    [{ api_auth: { header: 'X-A', scheme: 'a b' } }, 'must be one word such as "Bearer", or empty'],
    [{ api_auth: { headers: 'X-A' } }, 'api_auth.headers: is not a field'],
    [
      { api_auth: { header: 'X-A' }, api_forward: ['x-a'] },
      'api_forward.0: bears the access token; leave it out',
    ],
    [{ api_forward: ['Range'] }, `api_forward.0: ${taken}`],
    [{ api_forward: ['X A'] }, 'is not the name of a header'],
    [{ api_query: ['access_token'] }, 'it must be one of token, api_key'],
    [{ api_except: ['oauth/*'] }, 'must be a path such as "/oauth/*"'],
    [{ api_except: ['/a*b'] }, 'must be a path such as "/oauth/*"'],
    [{ api_except: ['/a?b'] }, 'must be a path such as "/oauth/*"'],
    [{ api_ranges: 'no' }, 'api_ranges: is "no"; it must be true or false'],
    [{ reads: 'GET' }, `reads: ${list}`],
    [{ reads: ['get /x'] }, 'reads.0: "get /x" must be a line such as "GET /items/*"'],
    [{ reads: ['HEAD /x'] }, 'reads.0: "HEAD /x" must be a line such as "GET /items/*"'],
    [{ reads: { by: 'path', source: 'https://acme.example' } }, `reads: ${list}`],
    [{ reads: { by: 'method' } }, `reads: ${list}`],
    [
      { reads: { by: 'method', source: 'http://acme.example/x' } },
      'reads.source: "http://acme.example/x" must start with https://',
    ],
  ])('a wrong field stops the start: %j', (fields, message) =>
    expect(complaint([{ ...acme, ...fields }])).toContain(message),
  )

  test('an entry that says nothing of it keeps the hash that it had', () =>
    expect(configHash(given(load([acme])))).toBe(
      configHash({ ...given(load([acme])), api_except: undefined, reads: undefined }),
    ))
})
