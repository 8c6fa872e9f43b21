import { expect } from 'vitest'
import { disconnect } from '../../disconnect.ts'
import { expectOk } from '../../outcome.ts'
import {
  connect,
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
export async function lostAnswer(place: Place): Promise<void> {
  const { alice } = place.people
  await expire(place)
  place.front.loseNextAnswer(tokenPath(place))
  const first = await vend(place, alice)
  if (first.code === 'temporarily_unavailable') await wait(place)
  await expectAsTheServerSays(place)
}

/** A thief's refresh. What the app's own then gets is up to the server. */
export async function usedBySomebodyElse(place: Place): Promise<void> {
  expect(await refreshThere(place, await heldToken(place, place.people.alice))).toBe(200)
  await expire(place)
  await expectAsTheServerSays(place)
}

/** A token, or the truth that the user must connect again, which mends the grant under its own id. */
async function expectAsTheServerSays(place: Place): Promise<void> {
  const { alice } = place.people
  const answer = await vend(place, alice)
  if (answer.status === 200) return
  expect([answer.status, answer.code]).toEqual([409, 'reauthorization_required'])
  expect(refreshes(place).at(-1)?.status, 'the server has refused it').toBeGreaterThanOrEqual(400)
  await reconnect(place)
}

async function reconnect(place: Place): Promise<void> {
  const { alice } = place.people
  const { id } = await grantOf(place, alice)
  expectOk(await connect(place, alice))
  expect(await grantOf(place, alice)).toMatchObject({ id, status: 'active' })
  expect(await vend(place, alice)).toMatchObject({ status: 200 })
}

/** RS-01: her grant is over, she alone is asked, and nobody else notices. */
export async function endedAtServer(place: Place): Promise<void> {
  const { people, party, front } = place
  const { alice, bob } = people
  expectOk(await connect(place, bob))
  const ended = await party.end?.(alice.browser, front.url)
  expect(ended?.status, ended?.body).toBeLessThan(400)
  await expire(place)
  expect(await vend(place, alice)).toMatchObject({ status: 409, code: 'reauthorization_required' })
  for (let n = 0; n < 3; n += 1) {
    await expire(place)
    expect(await vend(place, alice)).toMatchObject({ status: 409 })
    expect(await vend(place, bob)).toMatchObject({ status: 200 })
  }
  await reconnect(place)
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

/** While the app has a wrong secret: what the job is told, and that the grant is not taken for dead. */
export async function refreshWithWrongSecret(place: Place): Promise<void> {
  await wait(place)
  await expire(place)
  const { status, code } = await vend(place, place.people.alice)
  expect([status, code]).toEqual([503, 'provider_misconfigured'])
}

/** And once it has the right one: as before. */
export async function refreshWithRightSecret(place: Place): Promise<void> {
  await wait(place)
  await expire(place)
  expect(await vend(place, place.people.alice)).toMatchObject({ status: 200 })
}
