import type { IncomingMessage, ServerResponse } from 'node:http'
import Provider from 'oidc-provider'
import { acmeAccounts } from './acme-accounts.ts'
import { answerAcmeApi } from './acme-api.ts'
import { acmeConfiguration } from './acme-configuration.ts'
import { type AcmeConnections, acmeConnections } from './acme-connections.ts'
import { answerAcmeConsent } from './acme-consent.ts'
import { answerByMood } from './acme-moods.ts'
import { acmeConnectionsPage, acmeProblemPage } from './acme-pages.ts'
import { type AcmeSwitches, acmeSwitches, watchRefreshes } from './acme-switches.ts'
import { answerAcmeSwitches } from './acme-switches-page.ts'
import { sendPage } from './page.ts'
import { listen } from './server.ts'

export type Acme = {
  url: string
  client: { id: string; secret: string }
  /** Which apps have access to the account now; and the end of them all. */
  connections: AcmeConnections
  /** Good and bad days, as on its page `/switches`. */
  switches: AcmeSwitches
  close: () => Promise<void>
}

export type AcmeOptions = { port: number; redirectUris: readonly string[] }

/**
 * Acme Music, a careful third party at http://127.0.0.1: another site than localhost.
 * @throws {Error} that names the port, when it is taken
 */
export async function startAcme({ port, redirectUris }: AcmeOptions): Promise<Acme> {
  const client = { id: 'grantkeeper-at-acme', secret: crypto.randomUUID() }
  const switches = acmeSwitches()
  const { tokenLife } = switches
  const configuration = await acmeConfiguration({ client, redirectUris, tokenLife })
  let answer = (_: IncomingMessage, response: ServerResponse): unknown => response.end()
  const server = await listen((request, response) => answer(request, response), {
    name: 'stand-in Acme Music',
    port,
  })
  const url = `http://127.0.0.1:${server.port}`
  const provider = new Provider(url, configuration)
  const connections = acmeConnections(provider)
  watchRefreshes(provider, switches)
  answer = router({ provider, connections, switches })
  return { url, client, connections, switches, close: server.close }
}

type Place = { provider: Provider; connections: AcmeConnections; switches: AcmeSwitches }

function router(place: Place) {
  const { provider, connections, switches } = place
  const standard = provider.callback()
  return async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const url = new URL(request.url ?? '/', provider.issuer)
    if (await answerByMood(switches, request, response)) return
    if (url.pathname.startsWith('/api/')) return answerAcmeApi(provider, request, response)
    if (url.pathname === '/connections') return showConnections(url, response, connections)
    if (url.pathname === '/switches') return answerAcmeSwitches(place, request, response)
    if (url.pathname.startsWith('/consent/'))
      return answerAcmeConsent(provider, request, response).catch(() =>
        sendPage(response, acmeProblemPage('the page is too old, or was opened twice.'), 400),
      )
    if (url.pathname.startsWith('/authorize')) forgetSession(request)
    return standard(request, response)
  }
}

async function showConnections(
  url: URL,
  response: ServerResponse,
  connections: AcmeConnections,
): Promise<void> {
  const login = url.searchParams.get('account')
  const account = acmeAccounts.find((one) => one.login === login) ?? acmeAccounts[0]
  const shown = { account, connections: await connections.of(account.sub) }
  sendPage(response, acmeConnectionsPage(shown))
}

/** Every connect asks anew which account it is for: the session of an earlier one does not count. */
function forgetSession(request: IncomingMessage): void {
  const kept = (request.headers.cookie ?? '')
    .split('; ')
    .filter((cookie) => !cookie.startsWith('acme_session'))
  request.headers.cookie = kept.join('; ')
}
