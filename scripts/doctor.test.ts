import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshFile } from '#db/testing/dialects'
import { startLogin } from '#e2e/stand-in/login'
import { type Scripted, startScripted } from '#e2e/stand-in/scripted'
import { scriptedEntry } from '#e2e/stand-in/scripted-entry'
import { clientEnv, loginEnv } from '#e2e/stand-in/start'
import { startTlsFront } from '#e2e/tls-front'
import type { ProviderEntry } from '#lib/providers/provider'
import { providersFile } from '#lib/testing/providers-file'
import { key, settingsOf } from '#lib/testing/settings'
import type { Examination } from './doctor/examine.ts'
import { run } from './run.ts'

const appUrl = 'http://localhost:3000'
const closing: (() => unknown)[] = []
afterAll(() => Promise.all(closing.map((close) => close())))

/** What is right in all ways: each test lays its faults over it. */
async function healthy(): Promise<Record<string, string>> {
  const login = await startLogin({ port: 0, appUrls: [appUrl] })
  const acme = await startScripted({
    id: 'acme',
    redirectUris: [`${appUrl}/api/integrations/acme/callback`],
  })
  const entries = providersFile([scriptedEntry(acme)], { acme: acme.client })
  const file = freshFile()
  closing.push(login.close, acme.close, entries.remove, file.remove)
  return settingsOf({
    ...{ APP_BASE_URL: appUrl, DATABASE_URL: file.url, __NEXT_PROCESSED_ENV: 'true' },
    ...loginEnv(login),
    ...entries.settings,
  })
}

const doctor = (env: Record<string, string>, ...flags: string[]) =>
  run(['node', 'scripts/doctor.ts', ...flags], { env })

async function examined(env: Record<string, string>): Promise<Examination> {
  const { code, output } = await doctor(env, '--json')
  expect(code, output).toBe(1)
  expect(output).not.toMatch(/_cnry_|\n +at /)
  return JSON.parse(output) as Examination
}

/** What was found, one line a finding, but for what is good. */
function lines({ findings }: Examination, verdict: string): string[] {
  return findings
    .filter((one) => one.verdict === verdict)
    .map(({ about, says, mend }) => `${about}: ${says} → ${mend}`)
}

test('a good deployment has no faults, and is told what to register where', async () => {
  const env = await healthy()
  const { code, output } = await doctor(env)
  expect(output).toContain('No faults, 1 to think about.')
  expect(output).toContain(
    `at Acme                                    ${appUrl}/api/integrations/acme/callback`,
  )
  expect(output).toContain(`at the login issuer (callback)             ${appUrl}/auth/callback`)
  expect(output).toMatch(/✓ Acme: It takes our client\.\n/)
  expect(output).toMatch(/! Cookies: APP_BASE_URL is http/)
  expect(output).not.toMatch(/_cnry_|SECRET/)
  expect(code).toBe(0)
})

test('an option that is not there is refused with the usage', async () => {
  const { code, output } = await doctor({}, '--mend')
  expect([code, output]).toEqual([1, expect.stringContaining('npm run doctor [-- --json]')])
})

describe('settings that would stop the start', () => {
  let found: string[] = []
  beforeAll(async () => {
    const same = key()
    const wrong = {
      ...{ APP_BASE_URL: 'https://app.test/path', AUTH0_CLIENT_ID: '', AUTH0_SECRET: 'short' },
      ...{ VAULT_KEYS: '1:abc', PORT: 'http', DATABASE_URL: 'mysql://db', CRON_SECRET: 'x' },
      ...{ RETURN_URLS: '*.evil.test', SPA_COMPLETION_URLS: 'http://spa.test/done' },
    }
    const contradicting = { VAULT_KEYS: same, TRANSACTION_KEYS: same, LEASE_MS: '1000' }
    const all = [wrong, contradicting].map((env) => examined(settingsOf(env)))
    found = (await Promise.all(all)).flatMap((one) => lines(one, 'fault'))
  })

  test.each([
    ['an address with a path', /APP_BASE_URL: "https:\/\/app.test\/path" is not an origin/],
    ['a client id that is missing', /AUTH0_CLIENT_ID is missing → Client ID of the Regular Web/],
    ['a secret that is too short', /AUTH0_SECRET: /],
    ['a key that is none', /VAULT_KEYS: each key is a number, a colon and 32 bytes/],
    ['a port that is none', /PORT: /],
    ['another kind of database', /DATABASE_URL: starts with file: \(SQLite\) or postgres/],
    ['a secret of the clock that can be guessed', /CRON_SECRET: /],
    ['a return URL that is none', /RETURN_URLS: "\*\.evil\.test" is not an absolute URL/],
    ['a page of a SPA by http', /SPA_COMPLETION_URLS: "http:\/\/spa\.test\/done" is not an https/],
    ['one key for two purposes', /TRANSACTION_KEYS and VAULT_KEYS share a key/],
    ['a lease that ends before the call', /LEASE_MS must be at least twice TOKEN_DEADLINE_MS/],
  ])('%s is named', (_, sentence) => {
    expect(found.filter((line) => sentence.test(line))).toHaveLength(1)
  })
})

describe('settings that start, and cannot be meant', () => {
  let findings: string[] = []
  beforeAll(async () => {
    const env = await healthy()
    const own = 'https://app.test'
    const found = await examined({
      ...env,
      ...{ APP_BASE_URL: own, VERCEL: '1', CRON_SECRET: '' },
      ...{ RETURN_URLS: `http://shop.test/app,${own}/x,http://localhost:5173` },
      ...{ SPA_COMPLETION_URLS: `${own}/done,http://localhost:5173/done` },
      ...{ M2M_CLIENTS: env.AUTH0_CLIENT_ID ?? '', TRANSACTION_TTL: '600' },
      ...{ SPOTFY_CLIENT_ID: 'id', SPOTFY_CLIENT_SECRET: 'secret', GITHUB_CLIENT_SECRET: 'secret' },
    })
    findings = [...lines(found, 'fault'), ...lines(found, 'note')]
  })

  test.each([
    ['localhost let through in public', /ALLOW_INSECURE_LOCALHOST=true lets this public/],
    ['a return URL by http', /RETURN_URLS: "http:\/\/shop\.test\/app" is http/],
    ['a return URL that is the app itself', /RETURN_URLS: "https:\/\/app\.test\/x" is this app/],
    [
      "a SPA at the app's own origin",
      /SPA_COMPLETION_URLS: "https:\/\/app\.test\/done" is at this/,
    ],
    [
      'a SPA on its developer’s machine',
      /SPA_COMPLETION_URLS: "http:\/\/localhost:5173\/done" is on/,
    ],
    ['the login as a job', /M2M_CLIENTS: It names the client with which users log in/],
    ['a platform without a clock', /CRON_SECRET: It is missing, and on Vercel/],
    ['a file where files do not last', /Database: DATABASE_URL names a file, and on Vercel/],
    [
      'a callback URL that the login does not know',
      /Login: It does not know the callback URL https/,
    ],
    [
      'a setting that is misspelt',
      /TRANSACTION_TTL is set, and is no setting → Is TRANSACTION_TTL_S/,
    ],
    ['a client of no provider', /Providers: SPOTFY_CLIENT_ID: no entry is "spotfy"/],
    ['half a client', /Providers: GITHUB_CLIENT_SECRET is set, and GITHUB_CLIENT_ID is not/],
  ])('%s is named', (_, sentence) => {
    expect(findings.filter((line) => sentence.test(line))).toHaveLength(1)
  })
})

test('FC-17 FC-13 a wrong PROVIDERS_FILE is one fault, and another port is noted', async () => {
  const file = providersFile([{ id: 'google', scpe: ['openid'] } as never])
  closing.push(file.remove)
  const found = await examined({
    ...(await healthy()),
    ...{ ...file.settings, APP_BASE_URL: 'http://localhost:4500', PORT: '3000' },
    ...{ GOOGLE_CLIENT_ID: 'id', GOOGLE_CLIENT_SECRET: 'secret', ACME_CLIENT_ID: 'id' },
  })
  const told = lines(found, 'fault').filter((line) => /provider|GOOGLE|ACME/i.test(line))
  expect(told).toEqual([expect.stringContaining('provider "google", scpe: is not a field')])
  const noted = lines(found, 'note')
  expect(noted).not.toContainEqual(expect.stringContaining('no entry is'))
  expect(noted).toContainEqual(
    expect.stringContaining('APP_BASE_URL says 4500, the app listens on 3000'),
  )
})

describe('providers', () => {
  let found: Examination
  let acme: Scripted
  const sick: Record<string, Partial<ProviderEntry>> = {}

  beforeAll(async () => {
    const [scripted, page, busy, moved] = await Promise.all(
      ['acme', 'page', 'busy', 'moved'].map((id) => startScripted({ id, redirectUris: [] })),
    )
    if (!scripted || !page || !busy || !moved) throw new Error('not started')
    acme = scripted
    page.ctl({ endpoint: 'token', status: 404, template: 'html' })
    busy.ctl({ endpoint: 'token', status: 503 })
    moved.ctl({ endpoint: 'token', redirect_to: 'http://127.0.0.1:1/token' })
    const front = await startTlsFront(Number(new URL(acme.url).port))
    closing.push(front.close, ...[acme, page, busy, moved].map(({ close }) => close))
    const nobody = 'http://127.0.0.1:1'
    Object.assign(sick, {
      refused: {},
      silent: { token_endpoint: `${nobody}/token` },
      page: { token_endpoint: `${page.url}/token` },
      busy: { token_endpoint: `${busy.url}/token` },
      moved: { token_endpoint: `${moved.url}/token` },
      selfsigned: { token_endpoint: `${front.url}/token` },
      elsewhere: { userinfo_endpoint: `${nobody}/userinfo` },
      nowhere: { token_endpoint: 'https://nowhere.invalid/token' },
      undiscovered: { ...withoutEndpoints, issuer: undefined, discovery: `${acme.url}/nothing` },
      // Without TLS where https is meant.
      plain: { token_endpoint: `${acme.url.replace('http:', 'https:')}/token` },
    })
    const entries = Object.entries(sick).map(([id, given]) => {
      const entry = { ...scriptedEntry({ id, url: acme.url }), issuer: undefined, ...given }
      return { ...entry, iss_parameter_supported: false }
    })
    const file = providersFile(entries)
    closing.push(file.remove)
    const env = await healthy()
    const clients = Object.keys(sick).map((id) =>
      clientEnv(id, { ...acme.client, id: `own-${id}` }),
    )
    found = await examined({ ...env, ...Object.assign({}, ...clients), ...file.settings })
  })

  test.each([
    ['a client that is refused', 'fault', /^Refused: It refuses our client → .*REFUSED_CLIENT_ID/],
    ['a server that is not there', 'fault', /^Silent: token_endpoint: Nobody listens at 127/],
    ['a page in place of the endpoint', 'fault', /^Page: Its token_endpoint answers as a page/],
    ['a server that is away', 'note', /^Busy: It is busy or away just now/],
    ['a redirect', 'fault', /^Moved: token_endpoint: 127.* answers with a redirect/],
    ['a certificate of its own', 'fault', /^Selfsigned: .*certificate .* not signed by anybody/],
    ['an endpoint that is not there', 'fault', /^Elsewhere: userinfo_endpoint: Nobody listens/],
    [
      'a name that is not there',
      'fault',
      /^Nowhere: token_endpoint: No address is known for nowhere/,
    ],
    ['metadata that is not there', 'fault', /^Undiscovered: The metadata at .* is missing/],
    ['http where https is meant', 'fault', /^Plain: token_endpoint: .* does not speak TLS/],
  ])('%s is named', (_, verdict, sentence) => {
    expect(lines(found, verdict).filter((line) => sentence.test(line))).toHaveLength(1)
  })

  test('nothing is sent but a code that does not exist, once for each', () => {
    const posted = acme.log().map(({ path, body }) => [path, new URLSearchParams(body).get('code')])
    const metadata = posted.filter(([path]) => path?.includes('/.well-known/'))
    const codes = posted.filter(([path]) => path === '/token')
    expect(new Set(codes.map(([, code]) => code))).toEqual(
      new Set(['grantkeeper-doctor-no-such-code']),
    )
    // refused, elsewhere: what is refused is not asked again with a wrong secret.
    expect(codes).toHaveLength(2)
    expect(metadata.length + codes.length).toBe(posted.length)
  })
})

const withoutEndpoints = {
  authorization_endpoint: undefined,
  token_endpoint: undefined,
  revocation_endpoint: undefined,
  userinfo_endpoint: undefined,
}

test('RS-05 RS-07 what cannot be told is no fault, and an issuer’s other name is printed', async () => {
  const acme = await startScripted({ id: 'acme', redirectUris: [] })
  const codeFirst = await startScripted({ id: 'early', redirectUris: [] })
  const body = '{"error":"invalid_grant"}'
  codeFirst.ctl({ endpoint: 'token', status: 400, body })
  closing.push(acme.close, codeFirst.close)
  const file = providersFile([
    scriptedEntry(codeFirst),
    {
      ...scriptedEntry(acme),
      ...withoutEndpoints,
      issuer: undefined,
      discovery: `${acme.url}/`,
    },
  ])
  closing.push(file.remove)
  const env = await healthy()
  const clients = [clientEnv('early', codeFirst.client), clientEnv('acme', acme.client)]
  const found = await examined({ ...env, ...Object.assign({}, ...clients), ...file.settings })
  expect(lines(found, 'fault')).toEqual([
    expect.stringMatching(/^Acme: discovery: The metadata at .* is that of the issuer "http:/),
  ])
  expect(lines(found, 'fault')[0]).toContain(`"${acme.url}"`)
  expect(lines(found, 'note')).toContainEqual(
    expect.stringContaining('Early: Whether it takes our client cannot be told'),
  )
  // Once with our secret, once with a wrong one, and nothing else.
  expect(codeFirst.calls('/token')).toHaveLength(2)
})
