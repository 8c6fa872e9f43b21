import { expect } from 'vitest'
import { send } from '../../browser-client.ts'
import { callApi } from '../../proxied.ts'
import { expire, type Place, refreshes, vend, wait } from '../acts.ts'

/** The token is one that the server's own API takes. */
export async function vendOnce(place: Place): Promise<void> {
  const { status, accessToken, body } = await vend(place, place.people.alice)
  expect(status, JSON.stringify(body)).toBe(200)
  const { party, front } = place
  const [api] = party.entry(front.url).api ?? []
  if (!api || !party.api) return
  const headers = { authorization: `Bearer ${accessToken}` }
  const answer = await send(new URL(party.api, api), { headers })
  expect(answer.status, answer.body).toBe(200)
}

export async function proxyOnce(place: Place): Promise<void> {
  const { party, provider } = place
  const answer = await callApi(place.people.alice.browser, party.api ?? '', { provider })
  expect(answer.status, answer.body).toBe(200)
  expect(answer.body).toContain('alice@example.com')
}

/** Each with the token that the one before has brought. */
export async function threeRefreshes(place: Place): Promise<void> {
  const before = refreshes(place).length
  const tokens = new Set<string | undefined>()
  for (let n = 0; n < 3; n += 1) {
    await expire(place)
    tokens.add((await vend(place, place.people.alice)).accessToken)
  }
  expect(tokens.size, 'three different tokens').toBe(3)
  const sent = refreshes(place).slice(before)
  expect(sent.map(({ status }) => status)).toEqual([200, 200, 200])
  for (const [index, { answer }] of sent.slice(0, -1).entries()) {
    const { refresh_token } = JSON.parse(answer)
    const next = sent[index + 1]?.form.get('refresh_token')
    expect(next).toBe(refresh_token ?? sent[index]?.form.get('refresh_token'))
  }
}

export function serverDown(place: Place): Promise<void> {
  return outage(place, place.front.whileDown)
}

export function serverOverloaded(place: Place): Promise<void> {
  return outage(place, place.front.whileOverloaded)
}

/** The job is told to come again later, and then gets its token: the user notices nothing. */
async function outage(place: Place, during: Place['front']['whileDown']): Promise<void> {
  const { alice } = place.people
  await expire(place)
  await during(async () => {
    const { status, code, retryAfterS } = await vend(place, alice)
    expect([status, code]).toEqual([503, 'temporarily_unavailable'])
    expect(retryAfterS).toBeGreaterThan(0)
  })
  await wait(place)
  expect(await vend(place, alice)).toMatchObject({ status: 200 })
}
