import { afterEach, expect, test } from 'vitest'
import { startDeaf } from '../testing/deaf.ts'
import { resolveTo } from '../testing/name-server.ts'
import { stubSettings } from '../testing/settings.ts'
import { callThirdParty } from './outbound.ts'
import { wasNeverSent } from './unsent.ts'

stubSettings({ ALLOW_INSECURE_LOCALHOST: 'true', TOKEN_DEADLINE_MS: '8000', LEASE_MS: '16000' })

const close: (() => void)[] = []
afterEach(() => {
  for (const one of close.splice(0)) one()
})

async function call(forMs: number) {
  const server = await startDeaf(forMs)
  close.push(server.close)
  const url = `http://localhost:${server.port}/token`
  return callThirdParty({ url, method: 'POST', headers: new Headers(), body: 'a=b' })
}

test('RF-07 where nobody accepts, it is known that nothing was sent', async () => {
  const error: unknown = await call(60_000).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'temporarily_unavailable' })
  expect(wasNeverSent(error)).toBe(true)
})

test('a first packet that is lost costs a second, and not the call', async () => {
  // As a name with both kinds of address, of which only the first leads anywhere.
  resolveTo('127.0.0.1', '::1')
  expect(await call(400)).toMatchObject({ status: 200, body: '{}' })
})
