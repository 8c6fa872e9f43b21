import type Provider from 'oidc-provider'

export type AcmeConnection = { app: string; scopes: string[]; since: Date }

export type AcmeConnections = {
  of: (sub: string) => Promise<AcmeConnection[]>
  /** Ends every grant: the next refresh is answered with `invalid_grant`, the API with 401. */
  endAll: () => Promise<void>
}

/** Watches which grants got a refresh token, and tells which of them are still alive. */
export function acmeConnections(provider: Provider): AcmeConnections {
  const since = new Map<string, Date>()
  provider.on('refresh_token.saved', ({ grantId }) => {
    if (grantId && !since.has(grantId)) since.set(grantId, new Date())
  })
  return {
    async of(sub) {
      const found = await Promise.all([...since].map((entry) => describe(provider, sub, entry)))
      return found.filter((connection) => connection !== undefined)
    },
    async endAll() {
      await Promise.all([...since.keys()].map((grantId) => end(provider, grantId)))
    },
  }
}

async function end(provider: Provider, grantId: string): Promise<void> {
  await provider.RefreshToken.revokeByGrantId(grantId)
  await provider.AccessToken.revokeByGrantId(grantId)
  await (await provider.Grant.find(grantId))?.destroy()
}

async function describe(
  provider: Provider,
  sub: string,
  [grantId, since]: [string, Date],
): Promise<AcmeConnection | undefined> {
  const grant = await provider.Grant.find(grantId)
  if (!grant || grant.accountId !== sub) return undefined
  const client = await provider.Client.find(grant.clientId ?? '')
  return {
    app: client?.clientName ?? 'An app',
    scopes: grant.getOIDCScope().split(' '),
    since,
  }
}
