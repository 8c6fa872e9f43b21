import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Database } from '#db'
import { onEachDialect } from '#db/testing/dialects'
import type { User } from '#lib/session'
import { addGrant, addUser, useDatabase } from '../testing/database.ts'
import { startThirdParties, type ThirdParties } from '../testing/third-parties.ts'
import { type GrantView, readGrantViews } from './grant-view.ts'

let parties: ThirdParties
beforeAll(async () => {
  parties = await startThirdParties()
})
afterAll(() => parties.close())

const withoutRefreshToken = { tokens: { access: 'AT_cnry_only' } }

onEachDialect('grant view', (open) => {
  const given = async () => {
    const database = useDatabase(await open())
    return { database, user: await addUser(database) }
  }

  test('a refreshable grant ends when neither of its tokens lives, any other with its access token', async () => {
    const { database, user } = await given()
    const ends = async (row: Parameters<typeof addGrant>[2]) => {
      const id = await addGrant(database, user, row)
      return (await viewOf(user, id)).lastsUntil?.getTime() ?? null
    }
    expect(await ends({ accessTokenExpiresAt: 5 })).toBeNull()
    expect(await ends({ accessTokenExpiresAt: 5, refreshTokenExpiresAt: 9 })).toBe(9)
    expect(await ends({ accessTokenExpiresAt: 9, refreshTokenExpiresAt: 5 })).toBe(9)
    expect(await ends({ refreshTokenExpiresAt: 5 })).toBe(5)
    expect(await ends({ ...withoutRefreshToken, accessTokenExpiresAt: 5 })).toBe(5)
    expect(await ends(withoutRefreshToken)).toBeNull()
  })

  test('its provider’s trouble is told of every grant that must be refreshed', async () => {
    const { database, user } = await given()
    await sayOf(database, 'mute', { error: 'provider_misconfigured', reference: 'R-7K2M9Q' })
    await sayOf(database, 'whole', { error: null, reference: 'R-OLD' })
    const troubleOf = async (row: Parameters<typeof addGrant>[2]) =>
      (await viewOf(user, await addGrant(database, user, row))).trouble
    const trouble = { code: 'provider_misconfigured', since: new Date(7), reference: 'R-7K2M9Q' }
    expect(await troubleOf({ provider: 'mute' })).toEqual(trouble)
    expect(await troubleOf({ provider: 'mute', ...withoutRefreshToken })).toBeNull()
    expect(await troubleOf({ provider: 'whole' })).toBeNull()
    expect(await troubleOf({ provider: 'acme' })).toBeNull()
    const own = { refreshError: 'temporarily_unavailable', refreshFailingSince: 3 }
    expect(await troubleOf({ provider: 'mute', ...own })).toEqual(trouble)
    expect(await troubleOf({ ...own })).toMatchObject({ since: new Date(3), reference: null })
  })

  test('of two troubles the one that does not pass is told; an unknown one may pass', async () => {
    const { database, user } = await given()
    await sayOf(database, 'whole', { error: 'temporarily_unavailable', reference: null })
    const codeOf = async (row: Parameters<typeof addGrant>[2]) =>
      (await viewOf(user, await addGrant(database, user, row))).trouble?.code
    expect(await codeOf({ provider: 'whole', refreshError: 'credential_unreadable' })).toBe(
      'credential_unreadable',
    )
    expect(await codeOf({ refreshError: 'storage_unavailable' })).toBe('storage_unavailable')
    expect(await codeOf({ refreshError: 'rate_limited' })).toBe('temporarily_unavailable')
  })

  test('refreshes do not move grants about; of disconnected ones the last comes first', async () => {
    const { database, user } = await given()
    const older = await addGrant(database, user, { createdAt: 1, updatedAt: 9 })
    const newer = await addGrant(database, user, { createdAt: 2, updatedAt: 3 })
    const dead = { status: 'disconnected' } as const
    const last = await addGrant(database, user, { ...dead, createdAt: 1, disconnectedAt: 8 })
    const first = await addGrant(database, user, { ...dead, createdAt: 2, disconnectedAt: 7 })
    const views = await readGrantViews(user)
    const idsOf = (isDead: boolean) =>
      views.filter(({ disconnectedAt }) => Boolean(disconnectedAt) === isDead).map(({ id }) => id)
    expect(idsOf(false)).toEqual([newer, older])
    expect(idsOf(true)).toEqual([last, first])
  })

  test('the moment of reading is the database’s, whatever this process takes the time to be', async () => {
    const { database, user } = await given()
    const id = await addGrant(database, user)
    const before = Date.now()
    vi.spyOn(Date, 'now').mockReturnValue(5)
    const { readAt } = await viewOf(user, id)
    vi.restoreAllMocks()
    expect(readAt.getTime()).toBeGreaterThan(before - 5_000)
    expect(readAt.getTime()).toBeLessThan(before + 60_000)
  })
})

async function viewOf(user: User, id: string): Promise<GrantView> {
  const view = (await readGrantViews(user)).find((one) => one.id === id)
  if (!view) throw new Error('It is not there')
  return view
}

async function sayOf(
  { db, tables }: Database,
  provider: string,
  said: { error: string | null; reference: string | null },
): Promise<void> {
  const state = { ...said, since: 7 }
  await db
    .insert(tables.providerStates)
    .values({ provider, ...state })
    .onConflictDoUpdate({ target: tables.providerStates.provider, set: state })
}
