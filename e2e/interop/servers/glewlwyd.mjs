// Debian's glewlwyd, set up by its API as GETTING_STARTED.md and OIDC.md of its documentation say.
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { clients, people, port, ready, url } from './site.mjs'

const folder = mkdtempSync(join(tmpdir(), 'grantkeeper-glewlwyd-'))
const database = join(folder, 'database')
const schema = '/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3'
const db = new DatabaseSync(database)
db.exec(readFileSync(schema, 'utf8'))
db.close()
const changes = {
  port,
  external_url: `"${url}"`,
  log_mode: '"console"',
  '@include': `\ndatabase = { type = "sqlite3"; path = "${database}"; };`,
}
const settings = readFileSync('/etc/glewlwyd/glewlwyd.conf', 'utf8').replace(
  /^(port|external_url|log_mode)=.*$|^(@include) .*$/gm,
  (_, name, include) => (include ? changes[include] : `${name}=${changes[name]}`),
)
const file = join(folder, 'glewlwyd.conf')
writeFileSync(file, settings)
const server = spawn('glewlwyd', [`--config-file=${file}`], { stdio: 'inherit' })
server.on('exit', (code) => {
  rmSync(folder, { recursive: true, force: true })
  process.exit(code ?? 1)
})
process.on('SIGTERM', () => server.kill('SIGTERM'))

const api = `http://127.0.0.1:${port}/api`
while (!(await fetch(`${api}/heartbeat`).catch(() => undefined))) await sleep(100)
let cookie
const login = await call('auth/', { username: 'admin', password: 'password' })
cookie = login.headers.getSetCookie().map((line) => line.split(';')[0])
const scopes = ['profile', 'email']
for (const name of scopes)
  await call('scope/', { name, display_name: name, description: name, password_required: true })
for (const [username, { name, email }] of Object.entries(people))
  await call('user/', {
    ...{ username, name, email, password: 'correct horse', enabled: true },
    scope: ['g_profile', 'openid', ...scopes],
  })
for (const { id, secret, redirectUris } of clients)
  await call('client/', {
    ...{ client_id: id, name: id, client_secret: secret, confidential: true, enabled: true },
    authorization_type: ['code', 'refresh_token'],
    scope: ['openid', ...scopes],
    redirect_uri: redirectUris,
    token_endpoint_auth_method: ['client_secret_post', 'client_secret_basic'],
  })
await call('mod/plugin/', {
  ...{ module: 'oidc', name: 'oidc', display_name: 'OIDC', parameters: parameters() },
})
ready()

function parameters() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    iss: `${url}/api/oidc`,
    ...{ 'jwt-type': 'rsa', 'jwt-key-size': '256' },
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: publicKey.export({ type: 'spki', format: 'pem' }),
    ...{ 'access-token-duration': 10, 'refresh-token-duration': 1_209_600, 'code-duration': 20 },
    ...{ 'refresh-token-one-use': 'always', 'refresh-token-rolling': true },
    ...{ 'auth-type-code-enabled': true, 'auth-type-refresh-enabled': true },
    ...{ 'auth-type-token-enabled': false, 'auth-type-password-enabled': false },
    ...{ 'auth-type-client-enabled': false, 'auth-type-device-enabled': false },
    ...{ 'pkce-allowed': true, 'oauth-as-iss-id': true, 'jwks-show': true },
    ...{ 'introspection-revocation-allowed': true },
    'introspection-revocation-allow-target-client': true,
    ...{ 'oauth-par-allowed': true, 'oauth-par-duration': 90 },
    'oauth-par-request_uri-prefix': 'urn:ietf:params:oauth:request_uri:',
    ...{ 'session-management-allowed': true, 'session-cookie-name': 'GLEWLWYD2_OIDC_SID' },
    'session-cookie-expiration': 2_419_200,
    ...{ 'name-claim': 'mandatory', 'email-claim': 'mandatory' },
  }
}

async function call(path, body) {
  const headers = {
    'content-type': 'application/json',
    ...(cookie && { cookie: cookie.join('; ') }),
  }
  const answer = await fetch(`${api}/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return answer
}
