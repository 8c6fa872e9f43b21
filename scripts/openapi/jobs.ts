import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { providerPath } from '#app/api/schemas/integration'
import { token, tokenRequest } from '#app/api/schemas/token'
import { type Described, operation } from './operation.ts'

/** What backend jobs call. */
export function jobPaths(): ZodOpenApiPathsObject {
  return { '/api/integrations/{provider}/token': { post: operation(vend) } }
}

const vend: Described = {
  id: 'getToken',
  tag: 'Backend jobs',
  summary: 'A fresh access token of a user’s grant',
  description:
    'Only for servers: what browsers send is refused, with whatever token. A user who does not exist is answered as one who has connected nothing.',
  isLimited: true,
  params: { path: providerPath },
  who: [{ machineToken: [] }, { apiKey: [] }],
  body: tokenRequest,
  answers: [
    { status: 200, description: 'The token. The refresh token never leaves.', schema: token },
  ],
  codes: [
    ...([
      'invalid_request',
      'login_required',
      'forbidden',
      'insufficient_scope',
      'paused',
    ] as const),
    ...(['unknown_provider', 'not_connected', 'account_required'] as const),
    ...(['reauthorization_required', 'rate_limited', 'temporarily_unavailable'] as const),
    ...(['storage_unavailable', 'provider_misconfigured', 'credential_unreadable'] as const),
    'server_error',
  ],
}
