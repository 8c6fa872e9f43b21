import { expect, test } from 'vitest'
import { onEachDialect } from '#db/testing/dialects'
import { createKey, findKey, listKeys, revokeKey } from './api-keys.ts'
import { useDatabase } from './testing/database.ts'
import { stubSettings } from './testing/settings.ts'

stubSettings()

onEachDialect('API keys', (open) => {
  const given = async () => {
    const database = useDatabase(await open())
    await database.db.delete(database.tables.apiKeys)
    return database
  }

  const make = async (more: Partial<Parameters<typeof createKey>[0]> = {}) => {
    const made = await createKey({ name: 'import', providers: ['acme', 'github'], ...more })
    if (!made) throw new Error('The name is taken')
    return made
  }

  test('a key is shown once, and only its hash is kept', async () => {
    const { db, tables } = await given()
    const { id, key } = await make({ org: 'org_1', expiresAt: new Date(Date.now() + 60_000) })
    expect(key).toMatch(/^gk_[\w-]{43}_[\w-]{6}$/)
    const [row] = await db.select().from(tables.apiKeys)
    expect(row).toMatchObject({ id, name: 'import', providers: 'acme github', org: 'org_1' })
    expect(row?.hash).toMatch(/^[0-9a-f]{64}$/)
    for (const part of [key, key.slice(3, 46)]) expect(JSON.stringify(row)).not.toContain(part)
    expect(JSON.stringify(await listKeys())).not.toContain(row?.hash)
  })

  test('whoever presents it is found', async () => {
    await given()
    const { id, key } = await make({ org: 'org_1' })
    await make({ name: 'other' })
    const found = { id, name: 'import', providers: ['acme', 'github'], org: 'org_1' }
    for (let n = 0; n < 3; n += 1) expect(await findKey(key)).toMatchObject(found)
  })

  test('an expired key is none, by the clock of the database', async () => {
    await given()
    const { key } = await make({ expiresAt: new Date(Date.now() - 1) })
    expect(await findKey(key)).toBeUndefined()
    const { key: living } = await make({ name: 'a', expiresAt: new Date(Date.now() + 60_000) })
    expect(await findKey(living)).toBeDefined()
  })

  test('a revoked key is none, at once, whether called by name or by id', async () => {
    await given()
    const [one, two] = [await make({ name: 'one' }), await make({ name: 'two' })]
    expect((await revokeKey('one'))?.revokedAt).toBeInstanceOf(Date)
    expect((await revokeKey(two.id))?.name).toBe('two')
    for (const { key } of [one, two]) expect(await findKey(key)).toBeUndefined()
    expect(await revokeKey('one')).toBeUndefined()
    expect(await revokeKey('nobody')).toBeUndefined()
    expect((await listKeys()).map(({ revokedAt }) => revokedAt)).not.toContain(null)
  })

  test('two living keys never have one name, also when made at once', async () => {
    await given()
    const made = await Promise.all(
      Array.from({ length: 5 }, () => createKey({ name: 'job', providers: ['*'] })),
    )
    expect(made.filter(Boolean)).toHaveLength(1)
    await revokeKey('job')
    await make({ name: 'job', expiresAt: new Date(Date.now() - 1) })
    const { key } = await make({ name: 'job' })
    expect(await findKey(key)).toBeDefined()
    expect(await listKeys()).toHaveLength(3)
  })
})

test('what cannot be a key is told without the database', async () => {
  useDatabase({} as Parameters<typeof useDatabase>[0])
  const key = `gk_${'A'.repeat(43)}_AAAAAA`
  for (const text of [
    '',
    'gk_',
    key,
    `${key} `,
    key.toLowerCase(),
    'a.b.c',
    `gk_${'é'.repeat(43)}_AAAAAA`,
  ])
    expect(await findKey(text)).toBeUndefined()
})

test('a name is short, plain and never an id', async () => {
  for (const name of ['', ' a', 'a\nb', 'a\u202eb', '<b>', crypto.randomUUID(), 'x'.repeat(33)])
    await expect(createKey({ name, providers: ['*'] })).rejects.toMatchObject({
      code: 'invalid_request',
    })
  await expect(createKey({ name: 'a', providers: [] })).rejects.toThrow('invalid_request')
})
