import { createDecipheriv, createHmac, createSecretKey, hkdfSync } from 'node:crypto'
import { createServer } from 'node:http'
import Database from 'better-sqlite3'

/**
 * The least that a vend can be: one file of node:http, SQLite and AES-256-GCM, on the very database of
 * the app. It reads the row by the user's name and opens the token; at `/keyed` it first finds the key of
 * the caller by its keyed hash.
 */
const key = createSecretKey(Buffer.from(process.env.VAULT_KEYS.split(':')[1], 'base64'))
const macKey = hkdfSync('sha256', key.export(), '', 'grantkeeper mac: api key', 32)
const database = new Database(process.env.DATABASE_URL.slice('file:'.length), { timeout: 3000 })
const findKey = database.prepare(
  'select id from api_keys where hash = ? and revoked_at is null and (expires_at is null or expires_at > ?)',
)
const findGrant = database.prepare(
  `select g.id, g.user_id, g.version, g.scope, g.access_token, g.access_token_expires_at
   from grants g join users u on u.id = g.user_id
   where u.issuer = ? and u.sub = ? and u.org = '' and g.provider = ? and g.status = 'active'`,
)

createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const text = JSON.stringify(vend(request, Buffer.concat(chunks).toString()))
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    })
    response.end(text)
  })
}).listen(Number(process.env.PORT), '127.0.0.1')

function vend({ headers, url }, body) {
  if (url === '/empty') return {}
  // What is not measured must not look like a figure.
  if (url === '/keyed' && !isKnown(headers.authorization)) throw new Error('the key is not found')
  const { user } = JSON.parse(body)
  const grant = findGrant.get(process.env.BENCH_ISSUER, user, 'acme')
  return {
    access_token: open(grant),
    token_type: 'Bearer',
    expires_in: Math.floor((grant.access_token_expires_at - Date.now()) / 1000),
    scope: grant.scope,
    grant: grant.id,
  }
}

function isKnown(authorization = '') {
  const presented = authorization.slice('Bearer '.length)
  const text = ['api key', presented].map((part) => `${part.length}:${part}`).join('')
  const hash = createHmac('sha256', Buffer.from(macKey)).update(text).digest('hex')
  return findKey.get(hash, Date.now()) !== undefined
}

function open({ id, user_id, version, access_token }) {
  const bytes = Buffer.from(access_token.split('.')[2], 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), {
    authTagLength: 16,
  })
  const parts = ['gk1', id, user_id, 'acme', 'access_token', String(version), '1']
  decipher.setAAD(
    Buffer.concat(
      parts.flatMap((part) => {
        const length = Buffer.alloc(4)
        length.writeUInt32BE(Buffer.byteLength(part))
        return [length, Buffer.from(part)]
      }),
    ),
  )
  decipher.setAuthTag(bytes.subarray(-16))
  return decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')
}
