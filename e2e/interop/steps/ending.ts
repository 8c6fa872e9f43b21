import { expect } from 'vitest'
import { disconnect } from '../../disconnect.ts'
import { expectOk } from '../../outcome.ts'
import {
  connect,
  dayLater,
  expire,
  grantOf,
  heldToken,
  type Place,
  refreshes,
  refreshThere,
  tokenPath,
  vend,
  wait,
} from '../acts.ts'
import { connectOnce } from './connecting.ts'
import { threeRefreshes, vendOnce } from './vending.ts'

/** The server has given new tokens, and nobody has got them. */
export async function lostAnswer(place: Place): Promise<Noted> {
  const { alice } = place.people
  await expire(place)
  place.front.loseNextAnswer(tokenPath(place))
  const first = await vend(place, alice)
  if (first.code === 'temporarily_unavailable') await wait(place)
  return expectAsTheServerSays(place)
}

/** A thief's refresh. What the app's own then gets is up to the server. */
export async function usedBySomebodyElse(place: Place): Promise<Noted> {
  expect(await refreshThere(place, await heldToken(place, place.people.alice))).toBe(200)
  await expire(place)
  return expectAsTheServerSays(place)
}

/** A token, or the truth that the user must connect again, which mends the grant under its own id. */
async function expectAsTheServerSays(place: Place): Promise<Noted> {
  if ((await vend(place, place.people.alice)).status === 200) return undefined
  expect(refreshes(place).at(-1)?.status, 'the server has refused it').toBeGreaterThanOrEqual(400)
  const noted = await untilAsked(place)
  await reconnect(place)
  return noted
}

/**
 * A refusal that says what it is asks the user at once. One that says nothing is tried again, for a day and
 * five times at least, before it does.
 */
async function untilAsked(place: Place): Promise<Noted> {
  const { alice } = place.people
  const asked = [409, 'reauthorization_required']
  const { status, code } = await vend(place, alice)
  if (status !== 503) {
    expect([status, code]).toEqual(asked)
    return undefined
  }
  expect(code).toBe('temporarily_unavailable')
  await dayLater(place)
  let last = await vend(place, alice)
  for (let tries = 0; tries < 6 && last.status === 503; tries += 1) {
    await wait(place)
    last = await vend(place, alice)
  }
  expect([last.status, last.code]).toEqual(asked)
  return { note: 'its refusal says nothing: the user is asked once it was heard for a day' }
}

async function reconnect(place: Place): Promise<void> {
  const { alice } = place.people
  const { id } = await grantOf(place, alice)
  expectOk(await connect(place, alice))
  expect(await grantOf(place, alice)).toMatchObject({ id, status: 'active' })
  expect(await vend(place, alice)).toMatchObject({ status: 200 })
}

/** RS-01: her grant is over, she alone is asked, and nobody else notices. */
export async function endedAtServer(place: Place): Promise<Noted> {
  const { people, party, front } = place
  const { alice, bob } = people
  expectOk(await connect(place, bob))
  const ended = await party.end?.(alice.browser, front.url)
  expect(ended?.status, ended?.body).toBeLessThan(400)
  for (let n = 0; n < 3; n += 1) {
    await expire(place)
    expect(await vend(place, alice)).not.toMatchObject({ status: 200 })
    expect(await vend(place, bob)).toMatchObject({ status: 200 })
  }
  const noted = await untilAsked(place)
  await expire(place)
  expect(await vend(place, bob)).toMatchObject({ status: 200 })
  await reconnect(place)
  return noted
}

/** What the user is told of the token is so. */
export async function disconnectOnce(place: Place): Promise<void> {
  const { alice } = place.people
  const held = await heldToken(place, alice)
  const { outcome, error } = await disconnect(alice.browser, place.provider)
  expect(error).toBeNull()
  const { revocation } =
    (await place.town.rows.all('grants')).findLast(
      ({ provider, status }) => provider === place.provider && status === 'disconnected',
    ) ?? {}
  const isAlive = (await refreshThere(place, held)) === 200
  expect({ outcome, revocation, isAlive }).toMatchObject(
    revocation === 'unsupported' ? { isAlive: true } : { revocation: 'revoked', isAlive: false },
  )
}

/** The same server, by nothing but its metadata. */
export async function byMetadata(place: Place): Promise<void> {
  await connectOnce(place)
  await vendOnce(place)
  await threeRefreshes(place)
  await disconnectOnce(place)
}

/**
 * While the app has a wrong secret: once two users have heard it, the job is told whose matter it is. Neither
 * grant is taken for dead.
 */
export async function refreshWithWrongSecret(place: Place): Promise<void> {
  const { alice, bob } = place.people
  await expire(place)
  for (const one of [alice, bob, alice]) {
    await wait(place)
    expect(await vend(place, one)).toMatchObject({ status: 503 })
  }
  await wait(place)
  expect(await vend(place, bob)).toMatchObject({ status: 503, code: 'provider_misconfigured' })
}

/** And once it has the right one: as before. */
export async function refreshWithRightSecret(place: Place): Promise<void> {
  await wait(place)
  await expire(place)
  for (const one of Object.values(place.people))
    expect(await vend(place, one)).toMatchObject({ status: 200 })
}

/** What the table says besides. */
type Noted = { note: string } | undefined
