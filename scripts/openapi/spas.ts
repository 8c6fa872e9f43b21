import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { providerPath } from '#app/api/schemas/integration'
import { completion, completionRequest, ticket, ticketRequest } from '#app/api/schemas/ticket'
import { type Described, operation, userCodes } from './operation.ts'

/** How a SPA on another origin lets its user connect. */
export function spaPaths(): ZodOpenApiPathsObject {
  return {
    '/api/integrations/{provider}/tickets': { post: operation(tickets) },
    '/api/integrations/{provider}/complete': { post: operation(complete) },
  }
}

const shared = {
  tag: 'SPAs',
  isLimited: true,
  params: { path: providerPath },
  who: [{ userToken: ['integrations:write'] }],
} as const satisfies Partial<Described>

const tickets: Described = {
  ...shared,
  who: [...shared.who],
  id: 'createTicket',
  summary: 'A URL with which the user begins to connect',
  description:
    'Only from an origin of `SPA_COMPLETION_URLS`. The page keeps the verifier of the challenge, and sends the browser to `start_url`; it comes back to `return_to` with `status=pending` in the query and `handle` in the fragment, or with `status=error` and `error`.',
  body: ticketRequest,
  answers: [{ status: 201, description: 'The ticket, good once.', schema: ticket }],
  codes: [...userCodes, 'invalid_request', 'invalid_return_to', 'unknown_provider'],
}

const complete: Described = {
  ...shared,
  who: [...shared.who],
  id: 'complete',
  summary: 'Finishes what the same page began for the same user',
  description: 'A handle is good for one try, in whatever hands. Only now is the code redeemed.',
  body: completionRequest,
  answers: [{ status: 200, description: 'Connected.', schema: completion }],
  codes: [
    ...userCodes,
    ...(['invalid_request', 'unknown_provider', 'invalid_ticket', 'account_mismatch'] as const),
    ...(['exchange_failed', 'provider_error', 'provider_misconfigured'] as const),
  ],
}
