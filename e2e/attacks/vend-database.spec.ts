import { createHash, randomBytes } from 'node:crypto'
import { apiKey } from '../api-key.ts'
import type { Answer } from '../browser-client.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { expectOk } from '../outcome.ts'
import { ownPage } from '../proxied.ts'
import { askForToken, bearer, vend } from '../token-request.ts'

const body = { user: 'auth0|alice' }

test('AU-14 a key that was written into the database by hand opens nothing', async ({
  alice,
  world,
}) => {
  expectOk(await connect(alice))
  const secret = randomBytes(32).toString('base64url')
  const checksum = createHash('sha256').update(`gk_${secret}`).digest('base64url').slice(0, 6)
  const key = `gk_${secret}_${checksum}`
  const hash = createHash('sha256').update(key).digest('hex')
  const insert = (id: string, mac: string) =>
    world.rows.execute(
      `insert into api_keys (id, name, hash, providers, created_at, mac)
       values ('${id}', '${id}', '${hash}', '*', ${Date.now()}, ${mac})`,
    )
  const ask = () => askForToken(world, { authorization: bearer(key), body })
  await insert('forged', 'null')
  expect(codeOf(await ask())).toEqual([401, 'login_required'])
  // Nor with the vault's word for another key, nor by changing a key that there is.
  const honest = await apiKey(world, { name: 'honest' })
  await world.rows.execute("delete from api_keys where id = 'forged'")
  const [row] = await world.rows.all('api_keys')
  await insert('copied', `'${row?.mac}'`)
  expect(codeOf(await ask())).toEqual([401, 'login_required'])
  await world.rows.execute("delete from api_keys where id = 'copied'")
  await vend(world, { authorization: bearer(honest), body })
  await world.rows.execute(`update api_keys set hash = '${hash}'`)
  expect(codeOf(await ask())).toEqual([401, 'login_required'])
  expect(world.output()).toContain('api_key_not_bound')
})

test('AU-14 a key that was given more rights in the database has none', async ({
  alice,
  world,
}) => {
  expectOk(await connect(alice))
  const authorization = bearer(await apiKey(world, { name: 'narrow', providers: 'plain' }))
  expect(codeOf(await askForToken(world, { authorization, body }))).toEqual([403, 'forbidden'])
  await world.rows.execute("update api_keys set providers = '*'")
  expect(codeOf(await askForToken(world, { authorization, body }))).toEqual([401, 'login_required'])
})

test("AU-14 a user's row that was made another's in the database gives nothing out", async ({
  alice,
  mallory,
  world,
}) => {
  expectOk(await connect(alice))
  await mallory.get('/integrations')
  const { rows } = world
  const idOf = async (sub: string) => (await rows.all('users')).find((row) => row.sub === sub)?.id
  const [hers, own] = [await idOf('auth0|alice'), await idOf('auth0|mallory')]
  const authorization = bearer(await apiKey(world))
  const askAsMallory = () => askForToken(world, { authorization, body: { user: 'auth0|mallory' } })
  const refused = [503, 'credential_unreadable']
  try {
    // Her login gets the id that Alice's tokens are sealed to, whichever way that is written.
    for (const forgery of [
      `update users set sub = 'auth0|mallory' where id = '${hers}'`,
      `update users set mac = null where id = '${hers}'`,
      `update users set mac = (select mac from users where id = '${own}') where id = '${hers}'`,
      `update users set mac = 'm1.9.AAAA' where id = '${hers}'`,
    ]) {
      await rows.execute(
        `update users set sub = 'aside' where sub = 'auth0|mallory' and id <> '${hers}'`,
      )
      await rows.execute(forgery)
      expect(codeOf(await askAsMallory()), forgery).toEqual(refused)
      for (const path of ['/api/integrations', '/api/integrations/acme/proxy/me'])
        expect(codeOf(await mallory.get(path, { headers: ownPage })), `${forgery} ${path}`).toEqual(
          refused,
        )
      const page = await mallory.get('/integrations')
      expect(page.location?.pathname ?? page.body).toBe('/unavailable')
    }
    expect(world.output()).toContain('user_not_bound')
    expect(world.providers.acme.calls('/me')).toEqual([])
  } finally {
    // The first login that comes makes it again.
    for (const id of [hers, own]) await rows.execute(`delete from users where id = '${id}'`)
  }
})

function codeOf({ status, body: text }: Answer): [number, string] {
  return [status, JSON.parse(text).code]
}
