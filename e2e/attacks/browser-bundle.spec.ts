import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { disconnect } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { connect, start } from '../flow.ts'
import { expectOk } from '../outcome.ts'
import type { World } from '../world.ts'

const bundle = fileURLToPath(new URL('../../.next/static', import.meta.url))

/** What only the server's own modules say. */
const serverOnly = [
  /VAULT_KEYS|TRANSACTION_KEYS|AUTH0_|CRON_SECRET|DATABASE_URL|_CLIENT_SECRET/,
  /better-sqlite3|drizzle|iron-session|oauth4webapi|undici|node:(crypto|fs|dns)/,
  /aes-256-gcm|code_verifier|client_secret|credential_unreadable/,
  /api\.hubapi\.com|slack\.com\/api|login\.microsoftonline\.com/,
]

test('CR-13 the browser gets no module of the server, and no source map', async ({ world }) => {
  const files = await readdir(bundle, { recursive: true })
  const scripts = files.filter((file) => /\.(js|css|json)$/.test(file))
  expect(scripts.length).toBeGreaterThan(3)
  expect(files.filter((file) => file.endsWith('.map'))).toEqual([])
  for (const file of scripts) {
    const text = await readFile(join(bundle, file), 'utf8')
    for (const pattern of serverOnly)
      expect(pattern.exec(text)?.[0], `${file} has ${pattern}`).toBeUndefined()
    for (const secret of settingsOf(world)) expect(text.includes(secret), file).toBe(false)
  }
})

test('CR-13 no page carries a secret, a sealed token or a column that no page needs', async ({
  alice,
  world,
}) => {
  for (const provider of ['acme', 'plain', 'openid'] as const)
    expectOk(await connect(alice, provider))
  await start(alice, 'evil')
  await disconnect(alice, 'plain')
  const paths = ['/', '/integrations', '/activity', '/integrations/acme', '/integrations/plain']
  const more = ['/integrations/connect/acme?return_to=%2Fintegrations', '/integrations/nothing']
  for (const path of [...paths, ...more])
    for (const headers of [{ accept: 'text/html' }, { rsc: '1' }] as Record<string, string>[]) {
      const { body, status } = await alice.follow(path, { headers })
      expect([200, 404], path).toContain(status)
      expect(body, path).not.toMatch(/gk1\.|_cnry_|accessToken|refreshToken|access_token|lease/)
      for (const secret of settingsOf(world)) expect(body.includes(secret), path).toBe(false)
    }
})

/** The values that are secret, however they are named. */
function settingsOf({ env }: World): string[] {
  const secret = /_(SECRET|KEYS|URL)$|DOMAIN|_CLIENT_ID$/
  const told = ['APP_BASE_URL', 'NEXTAUTH_URL']
  const values = Object.entries(env).flatMap(([name, value]) =>
    secret.test(name) && !told.includes(name) ? value.split(',') : [],
  )
  return [...values, ...values.map((value) => value.replace(/^\d+:/, ''))].filter(
    (value) => value.length >= 12,
  )
}
