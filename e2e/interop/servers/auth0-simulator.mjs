// https://github.com/thefrontside/simulacrum/tree/v0/packages/auth0#code, with the certificate where it looks for one.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clients, people, port, ready } from './site.mjs'

const { certificate } = JSON.parse(process.env.INTEROP)
process.env.HOME = mkdtempSync(join(tmpdir(), 'grantkeeper-simulator-'))
const folder = join(process.env.HOME, '.simulacrum/certs')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'localhost.pem'), certificate.cert)
writeFileSync(join(folder, 'localhost-key.pem'), certificate.key)
// As its own command does: what it gives to `import` cannot sign.
const { simulation } = createRequire(import.meta.url)('@simulacrum/auth0-simulator')
const users = Object.values(people).map((person) => ({ ...person, password: 'correct horse' }))
const options = { clientID: clients[0].id, scope: 'openid profile email' }
simulation({ options, initialState: { users } }).listen(port, ready)
rmSync(process.env.HOME, { recursive: true })
