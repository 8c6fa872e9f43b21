import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '../fixtures.ts'
import { rawGet, rawRequest } from '../raw-request.ts'

const build = fileURLToPath(new URL('../../.next', import.meta.url))

/** Every route that there may be: what DESIGN.md names, and what Next brings. */
const routes = [
  '/',
  '/integrations',
  '/integrations/[provider]',
  '/integrations/connect/[provider]',
  '/activity',
  '/switched-off',
  '/unavailable',
  // What every address shows at Vercel without a database that lasts.
  '/no-database',
  '/icon.svg',
  '/_not-found',
  '/_global-error',
  '/api/health',
  '/api/ready',
  '/api/cron',
  // It says of what is not there that it is not.
  '/api/[...unknown]',
  '/api/auth/[...nextauth]',
  // Where `/auth/logout` leads, and the page that asks before a link from elsewhere does.
  '/api/auth/logout',
  '/log-out',
  // OpenID Connect Back-Channel Logout: the issuer ends sessions.
  '/api/auth/backchannel-logout',
  '/api/integrations',
  '/api/integrations/[provider]/start',
  '/api/integrations/[provider]/callback',
  '/api/integrations/[provider]/tickets',
  '/api/integrations/[provider]/complete',
  '/api/integrations/[provider]/token',
  '/api/integrations/[provider]/proxy/[...path]',
  '/api/integrations/[provider]/relay',
  '/api/grants/[id]',
  '/api/grants/[id]/pause',
  '/api/grants/[id]/resume',
  '/api/grants/[id]/events',
  '/api/openapi.json',
  '/docs/api',
]

test('LK-10 the build has the routes of the design, and no others', () => {
  const manifest = readFileSync(join(build, 'app-path-routes-manifest.json'), 'utf8')
  const built = Object.values<string>(JSON.parse(manifest))
  expect(built).toContain('/api/integrations/[provider]/start')
  expect(built.filter((route) => !routes.includes(route))).toEqual([])
  const pages = readFileSync(join(build, 'server/pages-manifest.json'), 'utf8')
  expect(Object.keys(JSON.parse(pages)).filter((page) => !/^\/(404|500|_)/.test(page))).toEqual([])
})

test('LK-10 nothing of the stand-ins and of the tests is in the build', () => {
  const code = readdirSync(join(build, 'server'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.m?js$/.test(file))
    .map((file) => readFileSync(join(build, 'server', file), 'utf8'))
    .join('\n')
  expect(code).toContain('callback_refused')
  for (const trace of ['_cnry_', 'stand-in', 'oidc-provider', 'generateSessionCookie', 'mallory'])
    expect(code.includes(trace), `"${trace}" is in the build`).toBe(false)
})

const probes = [
  ...['debug', 'test', 'test/login', 'dev', 'dev/login', 'internal', 'admin', 'users', 'tokens'],
  ...['auth/session', 'auth/csrf', 'auth/providers', 'auth/signin', 'env', 'config', 'metrics'],
  ...['integrations/acme/debug', 'integrations/acme/tokens', 'grants/1/token', 'openapi'],
].map((path) => `/api/${path}`)

const login = ['profile', 'access-token', 'backchannel-logout', 'connect', 'me', 'token', 'session']

const files = [
  ...['/.env', '/.env.local', '/.git/config', '/package.json', '/next.config.ts', '/proxy.ts'],
  ...[
    '/data/grantkeeper.db',
    '/grantkeeper.db',
    '/.next/BUILD_ID',
    '/.next/required-server-files.json',
  ],
  ...['/_next/BUILD_ID', '/_next/server/middleware-manifest.json', '/_next/webpack-hmr'],
  ...['/__nextjs_original-stack-frames', '/__nextjs_error_feedback', '/_next/trace', '/_next/mcp'],
  ...[
    '/__ctl',
    '/__log',
    '/debug',
    '/test',
    '/u/login/x',
    '/v2/logout',
    '/me/v1/accounts',
    '/my-org',
  ],
]

test('LK-10 debug routes, login helpers and files of the server are not there', async ({
  alice,
  stranger,
}) => {
  const paths = [...probes, ...login.map((path) => `/auth/${path}`), ...files]
  for (const path of paths)
    for (const visitor of [alice, stranger]) {
      const { status, body } = await visitor.get(path)
      expect([404, 405], `${visitor.name} ${path}`).toContain(status)
      expect(body, path).not.toMatch(/Bearer|access_token|refresh_token|SECRET|BEGIN|at file:/)
    }
  for (const path of probes)
    expect([404, 405]).toContain((await alice.get(path, { method: 'POST', body: '{}' })).status)
})

test('LK-10 source maps of the browser code are not served', async ({ stranger }) => {
  const { body } = await stranger.get('/')
  const scripts = [...body.matchAll(/src="(\/_next\/static\/[^"]+\.js)"/g)].map(([, src]) => src)
  expect(scripts.length).toBeGreaterThan(2)
  for (const script of scripts) {
    const { status, body: code } = await stranger.get(script ?? '')
    expect(status).toBe(200)
    expect(code).not.toContain('sourceMappingURL=data:')
    expect((await stranger.get(`${script}.map`)).status).toBe(404)
  }
})

test('LK-10 paths that climb out of the static files find nothing', async ({ world }) => {
  for (const path of [
    '/_next/static/../../package.json',
    '/_next/static/%2e%2e/%2e%2e/package.json',
    '/_next/static/..%2f..%2fpackage.json',
    '/_next/static/..%5c..%5cpackage.json',
    '/../.env',
    '/_next/image?url=/package.json&w=64&q=75',
    '/_next/image?url=http://127.0.0.1/&w=64&q=75',
  ]) {
    const answer = await rawRequest({ port: world.app.port, bytes: rawGet(path) })
    expect(answer, path).toMatch(/^HTTP\/1\.1 (30[78]|4\d\d) /)
    expect(answer, path).not.toContain('"dependencies"')
  }
})

test('LK-10 headers name no software, and no sign of development', async ({ stranger }) => {
  const { headers, body } = await stranger.get('/')
  expect(headers['x-powered-by']).toBeUndefined()
  expect(headers.server).toBeUndefined()
  expect(body).not.toMatch(/react-refresh|webpack-hmr|__nextjs_original/)
})
