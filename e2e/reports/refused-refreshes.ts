import { expect } from 'playwright/test'
import { connected, type Place } from './place.ts'
import type { Report } from './report.ts'
import type { Answer, Script } from './third-party.ts'

const dead = 'the user is asked to reconnect, with one click that works'
const outage = 'nothing ends: an outage is not a refusal'

/** How providers word it that a refresh token is dead, and what is none of that. */
export const refusedRefreshes: Report[] = [
  ...[
    wording('dead-standard', 'https://www.rfc-editor.org/rfc/rfc6749#section-5.2', {
      error: 'invalid_grant',
    }),
    wording(
      'dead-401',
      'https://github.com/discord/discord-api-docs/issues/1650',
      { error: 'invalid_grant' },
      401,
    ),
    wording(
      'dead-atlassian-docs',
      'https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/',
      { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
      403,
    ),
    wording(
      'dead-github-200',
      'https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens',
      {
        error: 'bad_refresh_token',
        error_description: 'The refresh token passed is incorrect or expired.',
      },
      200,
    ),
    wording(
      'dead-aadsts',
      'https://learn.microsoft.com/entra/identity-platform/reference-error-codes',
      {
        error: 'invalid_grant',
        error_description: 'AADSTS700082: The refresh token has expired due to inactivity.',
        error_codes: [700082],
        suberror: 'bad_token',
      },
    ),
    wording(
      'dead-aadsts-interaction',
      'https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow',
      {
        error: 'interaction_required',
        error_description: 'AADSTS50076: Due to a configuration change …',
      },
    ),
    wording('dead-x', 'https://github.com/plhery/node-twitter-api-v2/issues/496', {
      error: 'invalid_request',
      error_description: 'Value passed for the token was invalid.',
    }),
    wording('dead-discord', 'https://github.com/member-gentei/member-gentei/issues/18', {
      error: 'invalid_request',
      error_description: 'Invalid "refresh_token" in request.',
    }),
    wording(
      'dead-atlassian',
      'https://github.com/ParabolInc/parabol/issues/11849',
      { error: 'unauthorized_client', error_description: 'refresh_token is invalid' },
      403,
    ),
    wording('dead-twitch-bare', 'https://dev.twitch.tv/docs/authentication/refresh-tokens/', {
      status: 400,
      message: 'Invalid refresh token',
    }),
    wording('dead-twitch', 'https://dev.twitch.tv/docs/authentication/refresh-tokens/', {
      error: 'Bad Request',
      status: 400,
      message: 'Invalid refresh token',
    }),
    wording('dead-strava', 'https://github.com/dreeveapp/dreeve/issues/1449', {
      message: 'Bad Request',
      errors: [{ resource: 'RefreshToken', field: 'refresh_token', code: 'invalid' }],
    }),
    wording(
      'dead-fitbit',
      'https://dev.fitbit.com/build/reference/web-api/troubleshooting-guide/error-messages/',
      {
        errors: [
          { errorType: 'invalid_grant', message: 'Refresh token invalid: 0123456789abcdef' },
        ],
        success: false,
      },
    ),
    wording(
      'dead-league',
      'https://github.com/thephpleague/oauth2-server/blob/8.5.5/src/Exception/OAuthServerException.php',
      {
        error: 'invalid_request',
        error_description: 'The refresh token is invalid.',
        hint: 'Token has been revoked',
        message: 'The refresh token is invalid.',
      },
      401,
    ),
  ],
  {
    ...wording(
      'dead-zoho-200',
      'https://github.com/schmorrison/Zoho/pull/18',
      { error: 'invalid_code' },
      200,
    ),
    expected: 'the entry says that this means a dead refresh token, and the user is asked',
    entry: {
      refresh_errors: [{ status: 200, path: 'error', equals: 'invalid_code', means: 'dead' }],
    },
  },
  hubspot(
    'hubspot',
    'https://developers.hubspot.com/docs/guides/apps/authentication/working-with-oauth',
    {
      status: 'BAD_REFRESH_TOKEN',
      message: 'missing or invalid refresh token',
    },
  ),
  {
    name: 'hubspot-new-error',
    sent: '`{"category":"VALIDATION_ERROR","subCategory":"INVALID_TOKEN"}`',
    expected: dead,
    script: {
      refresh: () => ({
        status: 400,
        body: {
          status: 'error',
          message: 'missing or invalid refresh token',
          category: 'VALIDATION_ERROR',
          context: { reason: ['INVALID_TOKEN'] },
        },
      }),
    },
    walk: endsAtOnce,
  },
  {
    name: 'neighbours-x',
    sent: 'one user’s refresh token is dead, in other words than `invalid_grant`; another user’s is good',
    expected: 'the other user’s job gets its token each time',
    script: deadFor('ann', { error: 'invalid_request' }),
    walk: async (place) => {
      await connected(place)
      await connected(place, 'bob')
      await healthyBeside(place, 10)
    },
  },
  {
    name: 'neighbours-unauthorized-client',
    source: 'https://learn.microsoft.com/entra/identity-platform/reference-error-codes',
    sent: '`unauthorized_client` for one user, whose own tenant has switched the app off (AADSTS7000112)',
    expected: 'the other user’s job gets its token each time',
    script: deadFor('ann', { error: 'unauthorized_client' }),
    walk: async (place) => {
      await connected(place)
      await connected(place, 'bob')
      await healthyBeside(place, 10)
    },
  },
  {
    name: 'failed-probe',
    sent: '401 `invalid_client` to every refresh',
    expected: 'jobs are told to wait a few seconds, not twenty, and no grant ends',
    script: { refresh: () => ({ status: 401, body: { error: 'invalid_client' } }) },
    walk: async (place) => {
      await connected(place)
      await connected(place, 'bob')
      await place.expire()
      for (let n = 0; n < 3; n += 1)
        for (const user of ['alice', 'bob'] as const) {
          const heard = await place.vend(user)
          expect(heard.status).toBe(503)
          expect(heard.retryAfterS, 'seconds to wait').toBeLessThan(10)
        }
      await expectActive(place)
    },
  },
  notTheEnd('dead-500', { status: 500, body: { error: 'server_error' } }),
  notTheEnd('dead-html-400', {
    status: 400,
    headers: { 'content-type': 'text/html' },
    body: '<!doctype html><title>400 Bad Request</title><h1>Bad Request</h1>',
  }),
  notTheEnd('client-refused', { status: 401, body: { error: 'invalid_client' } }),
  {
    name: 'refresh-redirect-301',
    sent: '301 in answer to everything at a token endpoint that has moved',
    expected: 'the token is sent once, the administrator is told, and nothing ends',
    walk: async (place) => {
      await connected(place)
      const moved = () => ({ status: 301, headers: { location: '/elsewhere' } })
      place.bend({ refresh: moved, exchange: moved })
      await place.expire()
      expect(await place.vend()).toMatchObject({ status: 503, code: 'provider_misconfigured' })
      expect(refreshesOf(place)).toBe(1)
      await expectActive(place)
    },
  },
  {
    name: 'slack-dead-refresh',
    source: 'https://docs.slack.dev/authentication/using-token-rotation',
    sent: '200 with `{"ok":false,"error":"invalid_refresh_token"}`',
    expected: dead,
    entry: {
      quirk: 'slack',
      userinfo_endpoint: undefined,
      account: { id: 'user_id', label: 'user' },
    },
    script: {
      exchange: (honest) => ({ body: { ok: true, ...honest, user_id: 'ann', user: 'Ann' } }),
      refresh: () => ({ body: { ok: false, error: 'invalid_refresh_token' } }),
    },
    walk: endsAtOnce,
  },
]

function wording(name: string, source: string, body: unknown, status = 400): Report {
  const sent = `${status} \`${JSON.stringify(body).slice(0, 90)}\``
  const script = { refresh: () => ({ status, body }) }
  return { name, source, sent, expected: dead, script, walk: endsAtOnce }
}

/** The catalogue's own entry, at our address. */
function hubspot(name: string, source: string, body: unknown): Report {
  return {
    ...wording(name, source, body),
    script: {
      exchange: (honest) => ({ body: { ...honest, hub_id: 7, hub_domain: 'example.com' } }),
      userinfo: () => ({ body: { active: true, hub_id: 7, hub_domain: 'example.com' } }),
      refresh: () => ({ status: 400, body }),
    },
  }
}

/** The one whose account is named is refused, all others are served. */
function deadFor(account: string, body: unknown): Script {
  return {
    refresh: (honest) => {
      const token = String(honest.access_token ?? '')
      const isTheirs = honest.error !== undefined || token.includes(`_${account}_`)
      return isTheirs ? { status: 400, body } : { body: honest }
    },
  }
}

async function endsAtOnce(place: Place): Promise<void> {
  await connected(place)
  await place.expire()
  const heard = await place.vend()
  expect(heard).toMatchObject({ status: 409, code: 'reauthorization_required' })
  expect(heard.connect_url).toContain(`grant=${heard.grant}`)
  place.bend({ refresh: (honest) => ({ body: honest }) })
  await place.connect('alice', {}, { grant: heard.grant ?? '' })
  expect(await place.vend()).toMatchObject({ status: 200, grant: heard.grant })
}

async function healthyBeside(place: Place, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    await place.expire()
    expect((await place.vend('alice')).status).not.toBe(200)
    expect((await place.vend('bob')).status, `call ${n + 1} of the healthy user`).toBe(200)
  }
}

function notTheEnd(name: string, answer: Answer): Report {
  return {
    name,
    sent: `${answer.status}, ${typeof answer.body === 'string' ? 'a page' : `\`${JSON.stringify(answer.body)}\``}`,
    expected: outage,
    script: { refresh: () => answer },
    walk: async (place) => {
      await connected(place)
      for (let n = 0; n < 3; n += 1) {
        await place.expire()
        expect((await place.vend()).status).toBe(503)
      }
      await expectActive(place)
    },
  }
}

async function expectActive(place: Place): Promise<void> {
  for (const grant of await place.grants()) expect(grant.status).toBe('active')
}

function refreshesOf({ third }: Place): number {
  return third.asked('token').filter(({ form }) => form.get('grant_type') === 'refresh_token')
    .length
}
