import { expect, test } from 'vitest'
import { verdictOf } from './probe.ts'

// What real servers answer to a code that they never gave, with a good client and with a bad one.
test.each([
  [400, { error: 'invalid_grant' }, 'accepted'],
  // Auth0
  [403, { error: 'invalid_grant' }, 'accepted'],
  [401, { error: 'access_denied' }, 'client_refused'],
  [403, { error: 'unauthorized_client' }, 'client_refused'],
  // Slack, once its quirk has made it standard
  [400, { error: 'invalid_code' }, 'accepted'],
  [400, { error: 'bad_redirect_uri' }, 'redirect_uri_refused'],
  [401, { error: 'invalid_client' }, 'client_refused'],
  [401, undefined, 'client_refused'],
  [400, { error: 'redirect_uri_mismatch' }, 'redirect_uri_refused'],
  [400, { error: 'constructor' }, 'unclear'],
  [400, { message: 'no' }, 'unclear'],
  [200, { access_token: 'AT_cnry' }, 'unclear'],
  [200, undefined, 'not_a_token_endpoint'],
  [404, undefined, 'not_a_token_endpoint'],
  [503, { error: 'invalid_client' }, 'away'],
  [429, undefined, 'away'],
  [400, { error: 'temporarily_unavailable' }, 'away'],
])('%i with %j means: %s', (status, body, verdict) => {
  expect(verdictOf(status, body)).toBe(verdict)
})
