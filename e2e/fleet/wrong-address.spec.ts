import { expect, test } from 'playwright/test'
import type { ProviderEntry } from '#lib/providers/schema'
import { fleetFor, type TestFleet } from '../fleet-test.ts'
import { logLines } from '../log-lines.ts'
import { refreshes } from '../refreshes.ts'
import { freePort } from '../stand-in/server.ts'
import { providersFile } from '../stand-in/start.ts'
import { startTlsFront } from '../tls-front.ts'
import { type ProviderId, scriptedEntries } from '../world-providers.ts'

const fleet = fleetFor({ size: 1 })

test('RF-07 RF-27 a token endpoint that is not where it should be ends no grant', async () => {
  test.setTimeout(120_000)
  const { connect, age, vend, waitOver, member, grant, listen, world } = fleet()
  const { acme, plain, par } = world.providers
  const front = await startTlsFront(Number(new URL(par.url).port))
  const addresses = {
    acme: `http://127.0.0.1:${await freePort()}/token`,
    plain: 'https://token.plain.invalid/token',
    par: `https://localhost:${front.port}/token`,
    openid: `${acme.url}/wrong`,
  }
  const unavailable = ['acme', 'plain', 'par'] as const
  const ids: Record<string, string> = {}
  for (const provider of [...unavailable, 'openid'] as const)
    ids[provider] = await connect('ann', provider)
  await age()
  const written = listen()
  await withAddresses(fleet(), addresses, async () => {
    for (const provider of unavailable) {
      const code = 'temporarily_unavailable'
      expect(await vend(member(0), { provider })).toMatchObject({ status: 503, code })
    }
    for (let round = 0; round < 5; round += 1) {
      const code = 'provider_misconfigured'
      expect(await vend(member(0), { provider: 'openid' })).toMatchObject({ status: 503, code })
    }
  })
  await front.close()
  expect(acme.calls('/wrong')).toHaveLength(1)
  for (const provider of [acme, plain, par]) expect(refreshes(provider)).toEqual([])
  const alerts = logLines(written(), 'provider_misconfigured')
  expect(alerts).toMatchObject([{ level: 50, provider: 'openid' }])
  for (const id of Object.values(ids))
    expect(await grant(id)).toMatchObject({ status: 'active', version: 1, in_doubt_since: null })
  await waitOver()
  for (const provider of Object.keys(ids))
    expect((await vend(member(0), { provider })).status).toBe(200)
})

/** Runs the app with other token endpoints, and then as it was. */
async function withAddresses(
  { world, member }: TestFleet,
  addresses: Partial<Record<ProviderId, string>>,
  walk: () => Promise<void>,
): Promise<void> {
  const { PROVIDERS_FILE: before = '' } = member(0).env
  const entries = scriptedEntries(world.providers).map((entry): ProviderEntry => {
    const refresh_endpoint = addresses[entry.id as ProviderId]
    return refresh_endpoint === undefined ? entry : { ...entry, refresh_endpoint }
  })
  const file = await providersFile(entries)
  await member(0).restart({ PROVIDERS_FILE: file.path })
  try {
    await walk()
  } finally {
    await member(0).restart({ PROVIDERS_FILE: before })
    await file.remove()
  }
}
