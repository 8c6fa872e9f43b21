import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { visitCallback } from '../../flow.ts'
import { expectError, expectOk } from '../../outcome.ts'
import { callbackOf, connect, decide, grantOf, type Place, tokenPath } from '../acts.ts'
import { post } from '../forms.ts'

export async function userDenies(place: Place): Promise<void> {
  const { alice } = place.people
  const callback = await callbackOf(place, alice, 'deny')
  expectError(await visitCallback(alice.browser, callback), 'access_denied')
  await expect(grantOf(place, alice)).rejects.toThrow('has 0 grants')
}

export async function connectOnce(place: Place): Promise<void> {
  const { alice } = place.people
  expectOk(await connect(place, alice))
  expect(await grantOf(place, alice)).toMatchObject({ status: 'active' })
}

/** A response with the right state, whose code the server never gave. */
export async function codeThatIsNone(place: Place): Promise<void> {
  const { alice } = place.people
  const callback = await callbackOf(place, alice)
  callback.searchParams.set('code', 'a-code-that-is-none')
  expectError(await visitCallback(alice.browser, callback), 'exchange_failed')
}

export async function expiredCode(place: Place): Promise<void> {
  const { alice } = place.people
  const callback = await callbackOf(place, alice)
  const { codeLifeS } = place.party
  if (codeLifeS) await sleep((codeLifeS + 1) * 1000)
  else await post(alice.browser, `${place.front.url}/clock/codes`)
  expectError(await visitCallback(alice.browser, callback), 'exchange_failed')
}

/** A tab that is loaded again: the code is not sent twice, and what came of the first time stays. */
export async function callbackTwice(place: Place): Promise<void> {
  const { alice } = place.people
  const callback = await callbackOf(place, alice)
  expectOk(await visitCallback(alice.browser, callback))
  expectError(await visitCallback(alice.browser, callback), 'invalid_state')
  const code = callback.searchParams.get('code')
  const sent = place.front.exchanges(tokenPath(place))
  expect(sent.filter(({ form }) => form.get('code') === code)).toHaveLength(1)
  expect(await grantOf(place, alice)).toMatchObject({ status: 'active' })
}

/** The server gives no code to an address that is not registered. */
export async function wrongRedirectUri(place: Place): Promise<void> {
  const elsewhere = 'https://elsewhere.example/callback'
  const change = (authorizationUrl: URL) => {
    authorizationUrl.searchParams.set('redirect_uri', elsewhere)
    return authorizationUrl
  }
  const { location } = await decide(place, place.people.alice, { change })
  expect(location?.searchParams.get('code') ?? null).toBeNull()
}

export async function wrongSecretAtConnect(place: Place): Promise<void> {
  const { bob } = place.people
  expectError(await connect(place, bob), 'provider_misconfigured')
}
