import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '#db'
import { addGrant, addUser, useDatabase } from '../testing/database.ts'
import { startThirdParties, type ThirdParties } from '../testing/third-parties.ts'
import { endGrant } from './end-grant.ts'

let parties: ThirdParties
let database: Database
beforeAll(async () => {
  parties = await startThirdParties()
  database = useDatabase(await openDatabase('file::memory:', { migrate: true }))
})
afterAll(() => parties.close())

test('a grant that is ended twice, or twice at once, is revoked once and told alike', async () => {
  const user = await addUser(database)
  const id = await addGrant(database, user)
  const outcomes = await Promise.all([endGrant(user, id), endGrant(user, id)])
  expect(new Set([...outcomes, await endGrant(user, id)])).toEqual(new Set(outcomes))
  expect(parties.acme.calls('/revoke')).toHaveLength(1)
})

test('what became of a grant is told as it was, whatever would become of it now', async () => {
  const user = await addUser(database)
  const id = await addGrant(database, user, {
    ...{ status: 'disconnected', revocation: 'failed', tokens: {} },
  })
  expect(await endGrant(user, id)).toBe('failed')
})

test("somebody else's ended grant is as unknown as none", async () => {
  const id = await addGrant(database, await addUser(database), {
    ...{ status: 'disconnected', revocation: 'revoked', tokens: {} },
  })
  const mallory = await addUser(database)
  for (const one of [id, randomUUID()])
    await expect(endGrant(mallory, one)).rejects.toMatchObject({ code: 'not_connected' })
})
