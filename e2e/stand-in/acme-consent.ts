import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import { acmeAccounts, acmeScopes } from './acme-accounts.ts'
import { acmeConsentPage } from './acme-pages.ts'
import { sendPage } from './page.ts'
import { readBody } from './server.ts'

/** Shows the consent page, and turns its form into a grant of its own, or a denial. */
export async function answerAcmeConsent(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params, uid } = await provider.interactionDetails(request, response)
  const clientId = String(params.client_id)
  const scopes = String(params.scope).split(' ')
  if (request.method !== 'POST') {
    const app = (await provider.Client.find(clientId))?.clientName ?? 'An app'
    return sendPage(response, acmeConsentPage({ path: `/consent/${uid}`, app, scopes }))
  }
  const form = new URLSearchParams(await readBody(request))
  const account = acmeAccounts.find(({ login }) => login === form.get('account'))
  const denied = { error: 'access_denied', error_description: 'The user did not consent' }
  if (!account || form.get('decision') !== 'allow')
    return provider.interactionFinished(request, response, denied)
  const chosen = { clientId, accountId: account.sub, scopes, kept: form.getAll('scope') }
  const grantId = await saveGrant(provider, chosen)
  await provider.interactionFinished(request, response, {
    login: { accountId: account.sub },
    consent: { grantId },
  })
}

/** A new grant a consent: to revoke an older refresh token must not end what came after it. */
async function saveGrant(
  provider: Provider,
  chosen: { clientId: string; accountId: string; scopes: string[]; kept: string[] },
): Promise<string> {
  const grant = new provider.Grant({ clientId: chosen.clientId, accountId: chosen.accountId })
  for (const scope of chosen.scopes) {
    const isRefused = acmeScopes[scope]?.optional && !chosen.kept.includes(scope)
    if (isRefused) grant.rejectOIDCScope(scope)
    else grant.addOIDCScope(scope)
  }
  return grant.save()
}
