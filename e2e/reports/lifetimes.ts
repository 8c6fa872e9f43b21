import { expect } from 'playwright/test'
import { connected } from './place.ts'
import type { Report } from './report.ts'
import { atConnect, refreshedOnce } from './shapes.ts'
import type { Honest } from './third-party.ts'

/** What token endpoints say of how long a token lives. */
export const lifetimes: Report[] = [
  life(
    'expires-float',
    'https://github.com/googleapis/google-oauth-java-client/issues/224',
    '`expires_in: 4.7`',
    { expires_in: 1800.7 },
    1800,
  ),
  life(
    'expires-text-fraction',
    undefined,
    '`expires_in: "3600.0"`',
    { expires_in: '3600.0' },
    3600,
  ),
  {
    ...life('expires-3600-0', undefined, '`expires_in: 3600.0`', {}, 3600),
    script: {
      exchange: (honest) => ({
        body: JSON.stringify(honest).replace('"expires_in":3600', '"expires_in":3600.0'),
        headers: { 'content-type': 'application/json' },
      }),
    },
  },
  {
    ...life(
      'expires-at-only',
      'https://developers.strava.com/docs/authentication/',
      'only `expires_at`, a point in time',
      { expires_in: undefined, expires_at: Math.floor(Date.now() / 1000) + 1800 },
      1800,
    ),
    expected: 'read, or expressible by `access_token_life_s`',
    entry: { access_token_life_s: 1800 },
  },
  life(
    'expires-text',
    'https://github.com/ramosbugs/oauth2-rs/issues/151',
    '`expires_in: "3600"`',
    { expires_in: '3600' },
    3600,
  ),
  life('expires-negative', undefined, '`expires_in: -1`', { expires_in: -1 }, undefined),
  {
    ...life(
      'expires-absolute',
      undefined,
      'a point in time as `expires_in`',
      { expires_in: 1_900_000_000 },
      900,
    ),
    expected: 'not believed as seconds: the entry’s `access_token_life_s` counts',
    entry: { access_token_life_s: 900 },
  },
  {
    ...life(
      'expires-ms-zoho',
      'https://github.com/googleworkspace/apps-script-oauth2/issues/198',
      '`expires_in` in milliseconds',
      { expires_in: 3_600_000 },
      3600,
    ),
    entry: { expires_unit: 'ms' },
  },
  {
    name: 'expires-missing-on-refresh',
    sent: '`expires_in` at the exchange, and none at a refresh',
    expected: 'the life that was reported last holds',
    script: { refresh: (honest) => ({ body: { ...honest, expires_in: undefined } }) },
    walk: async (place) => {
      await connected(place)
      await refreshedOnce(place)
      const { expires_in = 0 } = await place.vend()
      expect(expires_in).toBeGreaterThan(3500)
      expect(expires_in).toBeLessThanOrEqual(3600)
    },
  },
  {
    name: 'no-expires-salesforce',
    source:
      'https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm&type=5',
    sent: 'the API answers 401 before the assumed life is over',
    expected: 'a job says `refused: true` and gets another token',
    script: { exchange: (honest) => ({ body: { ...honest, expires_in: undefined } }) },
    walk: async (place) => {
      await connected(place)
      await place.world.rows.execute(
        `update grants set last_refreshed_at = ${Date.now() - 3_600_000}, connected_at = ${Date.now() - 3_600_000} where provider = '${place.name}'`,
      )
      const first = await place.vend()
      const second = await place.vend('alice', { refused: true })
      expect(second.status).toBe(200)
      expect(second.access_token).not.toBe(first.access_token)
    },
  },
]

function life(
  name: string,
  source: string | undefined,
  sent: string,
  members: Honest,
  seconds: number | undefined,
): Report {
  return {
    ...atConnect(name, source, sent, members),
    expected: seconds === undefined ? 'unknown, and not for ever' : `${seconds} seconds`,
    walk: async (place) => {
      await connected(place)
      const { expires_in } = await place.vend()
      if (seconds === undefined) return expect(expires_in).toBeUndefined()
      expect(expires_in).toBeLessThanOrEqual(seconds)
      expect(expires_in).toBeGreaterThan(seconds - 100)
    },
  }
}
