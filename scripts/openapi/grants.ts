import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { eventPage, eventQuery } from '#app/api/schemas/event'
import { disconnected, grant, grantPath } from '#app/api/schemas/grant'
import { integrationList } from '#app/api/schemas/integration'
import { type Described, operation, user, userCodes } from './operation.ts'

/** What users see of their grants, and do with them. */
export function grantPaths(): ZodOpenApiPathsObject {
  return {
    '/api/integrations': { get: operation(list) },
    '/api/grants/{id}': { get: operation(read), delete: operation(disconnect) },
    '/api/grants/{id}/pause': { post: operation(pause) },
    '/api/grants/{id}/resume': { post: operation(resume) },
    '/api/grants/{id}/events': { get: operation(events) },
  }
}

const shared = { tag: 'Grants', isLimited: true } as const
const ofOne = { ...shared, params: { path: grantPath } }
const oneCodes: Described['codes'] = [...userCodes, 'not_connected']
const asItIs = [{ status: 200, description: 'The grant as it is now.', schema: grant }]

const list: Described = {
  ...shared,
  id: 'listIntegrations',
  summary: 'What a user has, at every provider that is offered',
  who: user('integrations:read'),
  answers: [{ status: 200, description: 'All of them.', schema: integrationList }],
  codes: userCodes,
}

const read: Described = {
  ...ofOne,
  id: 'getGrant',
  summary: 'One grant, disconnected or not',
  description: 'Somebody else’s grant is answered exactly as one that does not exist.',
  who: user('integrations:read'),
  answers: asItIs,
  codes: oneCodes,
}

const disconnect: Described = {
  ...ofOne,
  id: 'disconnectGrant',
  summary: 'Disconnects a grant',
  description:
    'The user is disconnected in any case: the tokens are wiped here, and the third party is asked to revoke them. Asked a second time, it answers what the first came to.',
  who: user('integrations:write'),
  answers: [{ status: 200, description: 'It is disconnected.', schema: disconnected }],
  codes: oneCodes,
}

const pause: Described = {
  ...ofOne,
  id: 'pauseGrant',
  summary: 'Keeps a grant from being used until it is resumed',
  description: 'Its tokens stay as they are. Pausing what is paused changes nothing.',
  who: user('integrations:write'),
  answers: asItIs,
  codes: oneCodes,
}

const resume: Described = {
  ...ofOne,
  id: 'resumeGrant',
  summary: 'Ends the pause of a grant',
  who: user('integrations:write'),
  answers: asItIs,
  codes: oneCodes,
}

const events: Described = {
  ...shared,
  id: 'listEvents',
  summary: 'What happened to a grant, the newest first',
  params: { path: grantPath, query: eventQuery },
  who: user('integrations:read'),
  answers: [
    {
      status: 200,
      description: 'One page.',
      schema: eventPage,
      headers: { Link: 'The next page, as `rel="next"` (RFC 8288); left out at the end.' },
    },
  ],
  codes: [...oneCodes, 'invalid_request'],
}
