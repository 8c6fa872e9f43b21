import { expect, test } from 'vitest'
import type { Provider } from '#lib/providers/schema'
import { type Refusal, readRefusal } from './refusal.ts'

type Declared = Provider['refresh_errors']

const json = new Headers({ 'content-type': 'application/json' })

/** What is read of an answer that no quirk has touched. */
function read(status: number, body: unknown, declared: Declared = []): Refusal {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const standard = typeof body === 'string' ? undefined : body
  const heard = { status, headers: json, body: text }
  return readRefusal({ status: Math.max(status, 400), headers: json }, standard, {
    heard,
    declared,
  })
}

/** Dead refresh tokens as providers and servers answer them, told in public reports and tried in November 2026. */
const dead: [string, number, unknown][] = [
  [
    'Discord',
    400,
    { error: 'invalid_request', error_description: 'Invalid "refresh_token" in request.' },
  ],
  [
    'X',
    400,
    { error: 'invalid_request', error_description: 'Value passed for the token was invalid.' },
  ],
  [
    'Atlassian',
    403,
    { error: 'unauthorized_client', error_description: 'refresh_token is invalid' },
  ],
  ['Twitch', 400, { status: 400, message: 'Invalid refresh token' }],
  ['Twitch, older', 400, { error: 'Bad Request', status: 400, message: 'Invalid refresh token' }],
  [
    'Strava',
    400,
    {
      message: 'Bad Request',
      errors: [{ resource: 'RefreshToken', field: 'refresh_token', code: 'invalid' }],
    },
  ],
  [
    'HubSpot, newer',
    400,
    { status: 'error', message: 'Invalid refresh token', category: 'VALIDATION_ERROR' },
  ],
  ['Zoho', 200, { error: 'invalid_code' }],
  [
    'PHP League, jmondi',
    400,
    {
      error: 'invalid_request',
      error_description: 'The refresh token is invalid.',
      hint: 'Token has been revoked',
      message: 'The refresh token is invalid.',
    },
  ],
  [
    'PHP League until 8',
    401,
    {
      error: 'invalid_request',
      message: 'The refresh token is invalid.',
      hint: 'Cannot decrypt the refresh token',
    },
  ],
  [
    'LemonLDAP::NG',
    400,
    { error: 'invalid_request', error_description: 'Refresh token has expired' },
  ],
  [
    'nested',
    400,
    { error: { code: 40101, details: [{ reason: 'Your refresh token was revoked' }] } },
  ],
  ['a list', 400, [{ errorCode: 'X', message: 'unknown refresh token' }]],
  ['plain text', 400, 'Refresh token not found'],
  ['a form', 400, 'error=invalid_request&error_description=The+refresh+token+is+expired'],
]

test.each(dead)('WD-01 %s calls the token dead', (_, status, body) => {
  expect(read(status, body)).toMatchObject({ kind: 'rejected', isTokenNamed: true })
})

test.each<[string, number, unknown]>([
  [
    'Fitbit',
    400,
    {
      errors: [{ errorType: 'invalid_grant', message: 'Refresh token invalid: x' }],
      success: false,
    },
  ],
  ['Fitbit with 401', 401, { errors: [{ errorType: 'invalid_grant' }] }],
  [
    'GitHub',
    200,
    {
      error: 'bad_refresh_token',
      error_description: 'The refresh token passed is incorrect or expired.',
    },
  ],
  ['HubSpot', 400, { status: 'BAD_REFRESH_TOKEN', message: 'missing or invalid refresh token' }],
  ['Entra ID', 400, { error: 'interaction_required', suberror: 'basic_action' }],
])('WD-01 %s says it with a code that means nothing else', (_, status, body) => {
  expect(read(status, body)).toMatchObject({ kind: 'refused' })
})

test.each<[string, number, unknown]>([
  ['Glewlwyd: an empty body', 400, ''],
  ['an unknown code', 400, { error: 'mystery' }],
  [
    'a parameter that is missing',
    400,
    { error: 'invalid_request', error_description: 'refresh_token is missing' },
  ],
  ['one that is required', 400, { message: 'A valid refresh token is required' }],
  [
    'League on any parameter',
    400,
    {
      error: 'invalid_request',
      error_description:
        'The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.',
      hint: 'Check the `refresh_token` parameter',
    },
  ],
  ['another token', 400, { error: 'x', error_description: 'The access token expired' }],
  [
    'the client',
    400,
    { error: 'unauthorized_client', error_description: 'Invalid client or refresh token' },
  ],
  [
    'a tenant that switched the app off',
    400,
    { error: 'unauthorized_client', error_description: 'AADSTS7000112: Application is disabled.' },
  ],
])('RF-10 %s is held against the grant, and ends nothing by its words', (_, status, body) => {
  expect(read(status, body)).toMatchObject({ kind: 'rejected', isTokenNamed: false })
})

test.each<[string, number, unknown]>([
  [
    'our client',
    401,
    { error: 'invalid_client', error_description: 'The refresh token is invalid' },
  ],
  ['a page', 400, '<html>The refresh token is invalid</html>'],
  ['a page that is shut', 403, '<html>'],
  ['no such address', 404, { message: 'Not found' }],
  ['401 without a word', 401, ''],
])('RF-10 %s is not the token', (_, status, body) => {
  expect(read(status, body)).toMatchObject({ kind: 'misconfigured' })
})

test.each([408, 425, 429, 500, 502, 503])(
  'WD-01 with %i nothing that is said of the token counts, whatever the entry says',
  (status) => {
    for (const [, , body] of dead) {
      const declared: Declared = [{ status, means: 'dead', path: 'error', equals: 'invalid_grant' }]
      expect(read(status, body, declared).kind).toBe('unavailable')
    }
    expect(read(status, { error: 'invalid_grant' }).kind).toBe('unavailable')
  },
)

test('WD-01 what the entry says of an answer comes first, the first that fits, by exact words', () => {
  const declared: Declared = [
    { status: 400, path: 'errors.0.code', equals: '17', means: 'dead' },
    { status: 400, path: 'error', equals: 'invalid_grant', means: 'transient' },
    { status: 403, means: 'misconfigured' },
    { status: 200, path: 'code', equals: 'GONE', means: 'dead' },
  ]
  expect(read(400, { errors: [{ code: 17 }] }, declared).kind).toBe('refused')
  expect(read(400, { errors: [{ code: 171 }] }, declared).kind).toBe('rejected')
  expect(read(400, { error: 'invalid_grant' }, declared).kind).toBe('unavailable')
  expect(read(401, { error: 'invalid_grant' }, declared).kind).toBe('refused')
  expect(read(403, 'anything', declared)).toMatchObject({ kind: 'misconfigured', isCertain: true })
  expect(read(200, { code: 'GONE' }, declared).kind).toBe('refused')
  expect(
    read(400, { constructor: 'x' }, [
      { status: 400, path: 'toString.name', equals: 'toString', means: 'dead' },
    ]).kind,
  ).toBe('rejected')
})

test('RF-23 a provider that says that a token was used before is believed', () => {
  const answers = [
    { error: 'invalid_grant', error_description: 'refresh token already used' },
    { error: 'invalid_grant', error_description: 'Maximum allowed refresh token reuse exceeded' },
    { error: 'invalid_grant', error_description: 'Token replay detected' },
  ]
  for (const body of answers)
    expect(read(400, body)).toMatchObject({ kind: 'refused', isReuse: true })
  const other = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }
  expect(read(400, other)).toMatchObject({ kind: 'refused', isReuse: false })
})
