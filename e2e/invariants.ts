import { expect } from 'playwright/test'
import { parseHostPattern, parseUrlPattern } from '#lib/url-pattern'
import type { Answer, Visitor } from './browser-client.ts'
import type { Settings } from './settings.ts'
import type { World } from './world.ts'

export type Observed = {
  world: World
  visitors: readonly Visitor[]
  /** What the app wrote since the test began. */
  output: string
  /** Answers that the server itself gave, before any route. */
  excepted: ReadonlySet<Answer>
}

/** The global invariants of the test contract, G1 to G6, asserted after every attack. */
export async function expectInvariants(observed: Observed): Promise<void> {
  const { world, visitors, output, excepted } = observed
  const answers = visitors.flatMap((visitor) => visitor.answers)
  expect(world.app.isAlive(), 'G1: the process is alive').toBe(true)
  for (const answer of answers.filter((one) => isRoute(one, world) && !excepted.has(one))) {
    expect(answer.status, `G1: ${answer.method} ${answer.url}`).toBeLessThan(500)
    expectHeaders(answer)
    if (answer.location) expectAllowed(answer, answer.location, world)
  }
  for (const secret of secretsOf(observed, answers))
    expect(output.includes(secret), `G3: the app wrote ${secret.slice(0, 12)}…`).toBe(false)
  // Not toContain: its message would print the whole database into the report.
  const isLeaked = (await world.rows.dump()).includes('_cnry_')
  expect(isLeaked, 'G4: a secret lies open in the database').toBe(false)
  const stolen = JSON.stringify([world.attacker.log, world.providers.evil.log()])
  expect(stolen, 'G6: the attacker got a secret of another provider').not.toMatch(
    /_cnry_(acme|plain|openid|par)_/,
  )
}

/** Start, callback and relay: the routes that always answer with redirects. */
function isRoute({ url }: Answer, { appUrl }: World): boolean {
  const path = /^\/api\/integrations\/[^/]+\/(start|callback|relay)$/
  return url.origin === appUrl && path.test(url.pathname)
}

function expectHeaders({ method, url, status, headers }: Answer): void {
  const allowed = { GET: [302, 303, 204], HEAD: quiet, OPTIONS: quiet }[method] ?? [405]
  expect(allowed, `G2: ${method} ${url} answered ${status}`).toContain(status)
  if (method !== 'GET') return
  expect(headers['cache-control'] ?? '', `G2: ${url}`).toContain('no-store')
  expect(headers['referrer-policy'], `G2: ${url}`).toBe('no-referrer')
}

const quiet = [200, 204, 302, 303, 405]

function expectAllowed({ url }: Answer, location: URL, world: World): void {
  const { appUrl, env, providers, login } = world
  const returnUrls = (env.RETURN_URLS ?? '').split(',').map(parseUrlPattern)
  const endpoints = Object.values(providers).map(({ url }) => `${url}/authorize`)
  const appUrls = [appUrl, ...(env.APP_BASE_URL ?? '').split(',')]
  const isAllowed =
    appUrls.includes(location.origin) ||
    location.origin === login.url ||
    endpoints.includes(location.origin + location.pathname) ||
    isHandedOn(url, location, env) ||
    returnUrls.some((pattern) => pattern.matches(location))
  expect(isAllowed, `G5: a Location leads to ${location}`).toBe(true)
}

/** A relay leads to the callback of the same provider, on a preview. */
function isHandedOn({ pathname }: URL, location: URL, { RELAY_HOSTS = '' }: Settings): boolean {
  const hosts = RELAY_HOSTS.split(',').filter(Boolean).map(parseHostPattern)
  const isCallback = location.pathname === pathname.replace(/\/relay$/, '/callback')
  return /\/relay$/.test(pathname) && isCallback && hosts.some((host) => host.matches(location))
}

/** Whatever must not be written down: canaries, cookies, codes, states, verifiers, client secrets. */
function secretsOf({ world, visitors }: Observed, answers: readonly Answer[]): Set<string> {
  const urls = answers.flatMap(({ url, location }) => (location ? [url, location] : [url]))
  const forms = Object.values(world.providers)
    .flatMap((provider) => provider.log())
    .map(({ body }) => new URLSearchParams(body))
  const queries = [...urls.map(({ searchParams }) => searchParams), ...forms]
  const fields = ['code', 'state', 'nonce', 'code_verifier', 'refresh_token', 'token']
  const sent = queries.flatMap((query) => fields.flatMap((field) => query.getAll(field)))
  const cookies = visitors.flatMap(({ jar }) => jar.all().map(({ value }) => value))
  const clients = Object.values(world.providers).map(({ client }) => client.secret)
  const all = [...sent, ...cookies, ...clients, world.login.client.secret, '_cnry_']
  // What is shorter is a word of a test, such as `code=X`, and may be in a log by chance.
  return new Set(all.filter((secret) => secret.length >= 20 || secret === '_cnry_'))
}
