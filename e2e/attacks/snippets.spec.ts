import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { apiKey } from '../api-key.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { expectOk } from '../outcome.ts'
import { skipUnless } from '../skip-unless.ts'
import { userToken } from '../user-token.ts'
import type { World } from '../world.ts'

/** The blocks of one language, in the order of the page. */
function blocks(page: string, language: string): string[] {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')
  const all = [...text.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)]
  return all.filter(([, found]) => found === language).map(([, , code = '']) => code)
}

/** The world's own names for the page's: its provider, its user, its address. */
function here(text: string, world: World): string {
  return text
    .replaceAll('https://app.example.com', world.appUrl)
    .replaceAll(/integrations\/(spotify|github)\//g, 'integrations/acme/')
    .replaceAll(/auth0\|65f0…/g, 'auth0|alice')
}

async function shell(command: string, env: Record<string, string>): Promise<string> {
  const all = { ...process.env, ...env }
  return (await promisify(execFile)('sh', ['-ec', command], { env: all })).stdout
}

test('FC-03 the curl of the README, with a key, brings a token', async ({ alice, world }) => {
  expectOk(await connect(alice))
  const text = blocks('README.md', '').find((block) => block.includes('curl -X POST')) ?? ''
  const [, command = ''] = /(curl .*)$/s.exec(here(text, world)) ?? []
  const key = await apiKey(world, { name: 'nightly-import' })
  const said = await shell(command.replace('gk_…', key).replace('curl', 'curl -k -s'), {})
  expect(JSON.parse(said)).toMatchObject({ token_type: 'Bearer', grant: expect.any(String) })
})

test('FC-03 the shell of a job, with a machine token of the issuer, brings a token', async ({
  alice,
  world,
}) => {
  skipUnless({ isDeployed: false }, 'curl does not trust the certificate of this set-up.')
  expectOk(await connect(alice))
  const [text = ''] = blocks('docs/backend-jobs.md', 'sh')
  const { id, secret } = world.login.machines.jobs
  const said = await shell(here(text, world).replace('https://$AUTH0_DOMAIN', world.login.url), {
    ...{ JOB_CLIENT_ID: id, JOB_CLIENT_SECRET: secret, AUTH0_AUDIENCE: world.login.audience },
    APP_BASE_URL: world.appUrl,
  })
  expect(JSON.parse(said)).toMatchObject({ token_type: 'Bearer' })
})

test('FC-03 the function of a job brings a token, and says what a job needs to know', async ({
  alice,
  world,
}) => {
  expectOk(await connect(alice))
  const [code = ''] = blocks('docs/backend-jobs.md', 'js')
  const module = await import(`data:text/javascript,${encodeURIComponent(code)}`)
  process.env.GRANTKEEPER_URL = world.appUrl
  process.env.GRANTKEEPER_KEY = await apiKey(world)
  expect(await module.accessToken('acme', 'auth0|alice')).toEqual(expect.any(String))
  await expect(module.accessToken('acme', 'auth0|bob')).rejects.toMatchObject({
    message: 'not_connected',
    status: 404,
  })
})

test('FC-03 the two calls of a page reach the API of the third party', async ({ alice, world }) => {
  expectOk(await connect(alice))
  const [own = '', other = ''] = blocks('docs/calling-apis.md', 'js').map((one) => here(one, world))
  const cookie = alice.jar.header(new URL(world.appUrl)) ?? ''
  // What a browser adds to a call of a page of this app.
  const browser = { cookie, 'sec-fetch-site': 'same-origin' }
  const asPage = (path: string, { headers }: { headers: object }) =>
    fetch(new URL(path, world.appUrl), { headers: { ...headers, ...browser } })
  const token = await userToken(world.login, 'alice', { scope: 'integrations:read' })
  for (const [code, given] of [
    [own, { fetch: asPage, token: '' }],
    [other, { fetch, token }],
  ] as const) {
    const run = new Function('fetch', 'token', `return (async () => {${code}; return response})()`)
    const response: Response = await run(given.fetch, given.token)
    expect(response.status).toBe(200)
  }
  expect(world.providers.acme.calls('/v1/me/playlists')).toHaveLength(2)
})

test('FC-03 the links of the pages begin a connection', async ({ alice, world }) => {
  for (const page of ['README.md', 'docs/spa-backend-third-party.md']) {
    const [html = ''] = blocks(page, 'html')
    const [, href = ''] = /href="([^"]+)"/.exec(here(html, world)) ?? []
    const headers = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' }
    // A page of this app that the links name and that this app has.
    const target = href.replace('=/settings', '=/integrations')
    const { location } = await alice.get(target, { headers })
    expect(location?.origin, page).toBe(new URL(world.providers.acme.url).origin)
  }
})
