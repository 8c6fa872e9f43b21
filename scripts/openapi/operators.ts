import { z } from 'zod'
import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { alive, notReady, ready, swept } from '#app/api/schemas/operating'
import { type Described, operation } from './operation.ts'

/** What platforms and tools call. */
export function operatorPaths(): ZodOpenApiPathsObject {
  return {
    '/api/health': { get: operation(health) },
    '/api/ready': { get: operation(readiness) },
    '/api/cron': { get: operation(cron) },
    '/api/openapi.json': { get: operation(document) },
    '/api/auth/backchannel-logout': { post: operation(backchannelLogout) },
  }
}

const shared = { tag: 'Operation' } as const

const health: Described = {
  ...shared,
  id: 'health',
  summary: 'Whether the process answers',
  who: [],
  answers: [{ status: 200, description: 'It does.', schema: alive }],
}

const readiness: Described = {
  ...shared,
  id: 'ready',
  summary: 'Whether it can work: database, migrations and keys',
  who: [],
  answers: [
    { status: 200, description: 'It can.', schema: ready },
    { status: 503, description: 'It cannot, and the code says why.', schema: notReady },
  ],
}

const cron: Described = {
  ...shared,
  id: 'cron',
  summary: 'Does what is done by the clock, on platforms that call',
  who: [{ cronSecret: [] }],
  answers: [
    { status: 200, description: 'Done.', schema: swept },
    { status: 503, description: 'Something could not be done.', schema: swept },
  ],
  codes: ['login_required'],
}

const document: Described = {
  ...shared,
  id: 'openapi',
  summary: 'This description',
  who: [],
  answers: [{ status: 200, description: 'OpenAPI 3.1.', schema: z.looseObject({}) }],
}

const backchannelLogout: Described = {
  ...shared,
  id: 'backchannelLogout',
  summary: 'The login issuer tells that it has ended a session',
  description: 'OpenID Connect Back-Channel Logout 1.0 §2.5. The token itself proves who calls.',
  who: [],
  body: z.object({ logout_token: z.string().max(8_192) }),
  bodyType: 'application/x-www-form-urlencoded',
  answers: [{ status: 200, description: 'The session is over.' }],
  codes: ['invalid_request', 'temporarily_unavailable', 'storage_unavailable', 'server_error'],
}
