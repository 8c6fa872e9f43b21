import { type Client, type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider'
import { type Machine, machineOrganization, machineScope } from './login-machines.ts'

/** The APIs of the tenant, and the access tokens that it gives for them. */
export function loginApi({ audiences, machines, organizationOf }: LoginApi) {
  const machineOf = (id: string | undefined) => machines.find((machine) => machine.id === id)
  return {
    resourceIndicators: {
      enabled: true,
      // At the token endpoint, `audience` is no parameter that oidc-provider knows.
      defaultResource: async (context: KoaContextWithOIDC) =>
        String(context.oidc.params?.audience ?? context.oidc.body?.audience ?? '') || [],
      useGrantedResource: async () => true,
      async getResourceServerInfo(context: KoaContextWithOIDC, audience: string, client: Client) {
        if (!audiences.includes(audience)) throw new errors.InvalidTarget()
        const machine = machineOf(client.clientId)
        const scope = machine ? settleScope(context, machine) : apiScope(askedOf(context))
        const jwt = { sign: { alg: 'RS256' as const } }
        return { scope, audience, accessTokenFormat: 'jwt' as const, jwt }
      },
    },
    async extraTokenClaims(context, token) {
      const machine = machineOf(token.clientId)
      const asked = context.oidc.body?.organization as string | undefined
      const org_id = machine ? machineOrganization(machine, asked) : organizationOf(token)
      return { azp: token.clientId, org_id }
    },
    customize(token: { clientId?: string }, jwt: Jwt) {
      const machine = machineOf(token.clientId)
      if (machine) asMachineToken(machine, jwt)
    },
  } satisfies Pick<Configuration, 'extraTokenClaims'> & Record<string, unknown>
}

export type LoginApi = {
  audiences: readonly string[]
  machines: readonly Machine[]
  /** The organization that a user's token is for. */
  organizationOf: (token: unknown) => string | undefined
}

export type Jwt = { header?: Record<string, unknown>; payload: Record<string, unknown> }

/** What of the asked scopes is the API's own. Auth0 gives users all of it, unless roles are enforced. */
export function apiScope(asked: string): string {
  return asked
    .split(' ')
    .filter((scope) => /^(vend:.+|integrations:(read|write))$/.test(scope))
    .join(' ')
}

/** A machine that asks for no scope gets all that it may have: oidc-provider would give it none. */
function settleScope(context: KoaContextWithOIDC, machine: Machine): string {
  const scope = machineScope(machine, context.oidc.params?.scope as string | undefined)
  if (context.oidc.params) context.oidc.params.scope = scope
  return scope
}

/** Where the scope stands depends on the step: the request, the code, or the refresh token. */
function askedOf({ oidc }: KoaContextWithOIDC): string {
  const { params, entities } = oidc
  const given = entities.AuthorizationCode ?? entities.RefreshToken
  return String(params?.scope ?? given?.scope ?? '')
}

/** Auth0 names a machine `<client id>@clients`; its own profile has neither `client_id` nor `jti`. */
function asMachineToken({ id, typ }: Machine, jwt: Jwt): void {
  Object.assign(jwt.payload, { sub: `${id}@clients`, gty: 'client-credentials' })
  if (typ === 'at+jwt') return
  jwt.header = { typ }
  delete jwt.payload.client_id
  delete jwt.payload.jti
}
