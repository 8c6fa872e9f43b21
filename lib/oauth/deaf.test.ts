import dns from 'node:dns'
import { afterEach, expect, test, vi } from 'vitest'
import { startDeaf } from '../testing/deaf.ts'
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

/** As a name with both kinds of address resolves where only the first leads anywhere. */
function resolveToBoth() {
  const both = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]
  const lookup = ((_: string, __: unknown, done: (...results: unknown[]) => void) => {
    process.nextTick(done, null, both)
  }) as unknown as typeof dns.lookup
  return vi.spyOn(dns, 'lookup').mockImplementation(lookup)
}

test('RF-07 where nobody accepts, it is known that nothing was sent', async () => {
  const error: unknown = await call(60_000).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'temporarily_unavailable' })
  expect(wasNeverSent(error)).toBe(true)
})

test('a first packet that is lost costs a second, and not the call', async () => {
  resolveToBoth()
  expect(await call(400)).toMatchObject({ status: 200, body: '{}' })
})
