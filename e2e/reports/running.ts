import { catalogue } from '#lib/providers/catalogue'
import { apiKey } from '../api-key.ts'
import { visitor } from '../browser-client.ts'
import { clientEnv, providersFile } from '../stand-in/start.ts'
import { startWorld } from '../world.ts'
import { type Place, placeOf } from './place.ts'
import type { Report } from './report.ts'
import { startThirdParties } from './third-party.ts'

export type Running = { placeOf: (report: Report) => Place; stop: () => Promise<void> }

/** One app whose providers are the reports: what goes wrong at one must not reach another. */
export async function startReports(reports: readonly Report[]): Promise<Running> {
  const server = await startThirdParties()
  const third = new Map(reports.map(({ name, script }) => [name, server.at(name, { ...script })]))
  const names = [...third.keys()]
  const file = await providersFile(
    reports.map((report) => entryOf(report, third.get(report.name)?.url ?? '')),
  )
  const clients = names.map((name) =>
    clientEnv(name, { id: `client-of-${name}`, secret: oddSecret }),
  )
  const world = await startWorld({
    env: { ...Object.assign({}, ...clients), PROVIDERS_FILE: file.path },
  })
  const browserOf = async (name: string) => {
    const one = visitor({ name, appUrl: world.appUrl })
    await one.login(name)
    return one
  }
  const users = { alice: await browserOf('alice'), bob: await browserOf('bob') }
  const key = await apiKey(world, { name: 'Reports', providers: names.join(',') })
  return {
    placeOf({ name }) {
      const provider = third.get(name)
      if (!provider) throw new Error(`No third party ${name}`)
      return placeOf({ world, users, key }, name, provider)
    },
    async stop() {
      await world.stop()
      await Promise.all([server.close(), file.remove()])
    },
  }
}

/** A client secret with everything that encodings differ about. */
export const oddSecret = 's+e:c%r&e é t'

/** An entry of the catalogue stays as it is, but for where it is. */
function entryOf({ name, entry }: Report, url: string): object {
  const addresses = {
    id: name,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    revocation_endpoint: `${url}/revoke`,
    userinfo_endpoint: `${url}/me`,
    api: [`${url}/api/`],
  }
  if (catalogue.some(({ id }) => id === name)) return addresses
  return {
    ...addresses,
    name: name.slice(0, 1).toUpperCase() + name.slice(1),
    scope: ['read', 'write'],
    rotation: 'single_use',
    account: { id: 'id', label: 'name' },
    docs: `${url}/docs`,
    manage: `${url}/manage`,
    ...entry,
  }
}
