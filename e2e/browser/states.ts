import type { Page } from 'playwright/test'
import type { ErrorCode } from '#lib/errors'
import type { Demo } from '../browser-fixtures.ts'
import { day, minute, seedEvent, seedGrant } from '../seed.ts'
import { leaveForAcme } from '../steps.ts'

export type State = {
  name: string
  /** Makes it so. */
  arrange?: (place: { page: Page; demo: Demo }) => Promise<unknown>
  /** Where it is seen. */
  path: string
  /** What is done there. */
  act?: (page: Page) => Promise<unknown>
  /** By which it is known to be this state and no other. */
  shows: string | RegExp
}

const missing = {
  provider: 'acme',
  account_label: 'Grace Hopper',
  requested_scope: 'openid profile playlists.read playlists.write',
}

const needsPerson = (reason: string | null) => ({ status: 'reauthorization_required', reason })

const tombstone = (revocation: string) => ({
  status: 'disconnected',
  revocation,
  disconnected_at: Date.now() - 5 * minute,
})

/** Every state of the pages of somebody who is logged in. */
export const states: State[] = [
  { name: 'available', path: '/integrations', shows: 'Nothing is connected' },
  {
    name: 'connecting',
    arrange: ({ page }) => leaveForAcme(page),
    path: '/integrations',
    shows: 'Waiting for you to finish at Acme Music',
  },
  {
    name: 'connected',
    arrange: ({ demo }) => seedGrant(demo.rows, { last_used_at: Date.now() - 3 * minute }),
    path: '/integrations?integration=acme&status=connected',
    shows: 'Acme Music connected',
  },
  {
    name: 'missing-scopes',
    arrange: ({ demo }) => seedGrant(demo.rows, missing),
    path: '/integrations',
    shows: 'Works, but without: Change your playlists',
  },
  ...(['invalid_grant', 'credential_unreadable', null] as const).map((reason) => ({
    name: `needs-reconnecting-${reason ?? 'other'}`,
    arrange: ({ demo }: { demo: Demo }) => seedGrant(demo.rows, needsPerson(reason)),
    path: '/integrations',
    shows: 'Reconnect to go on',
  })),
  ...failed('access_denied', 'You cancelled at Acme Music'),
  ...failed('invalid_state', 'does not belong to a connection that you began'),
  ...failed('provider_misconfigured', 'does not accept how this app is set up'),
  ...failed('temporarily_unavailable', 'does not answer at the moment'),
  {
    name: 'failed-unknown-provider',
    path: '/integrations?status=error&error=unknown_provider',
    shows: 'Nothing was connected',
  },
  {
    name: 'many',
    arrange: ({ demo }) => many(demo),
    path: '/integrations',
    shows: 'Needs you',
  },
  ...(['revoked', 'unsupported', 'failed'] as const).map((revocation) => ({
    name: `disconnected-${revocation}`,
    arrange: ({ demo }: { demo: Demo }) => seedGrant(demo.rows, tombstone(revocation)),
    path: `/integrations/acme?integration=acme&disconnected=${revocation}`,
    shows: 'Acme Music disconnected',
  })),
  {
    name: 'not-disconnected',
    arrange: ({ demo }) => seedGrant(demo.rows),
    path: '/integrations/acme?integration=acme&disconnected=no&error=storage_unavailable',
    shows: 'Acme Music is still connected',
  },
  { name: 'detail-available', path: '/integrations/acme', shows: 'What this app will ask for' },
  {
    name: 'detail',
    arrange: ({ demo }) => many(demo),
    path: '/integrations/acme',
    shows: 'Earlier connections',
  },
  {
    name: 'dialog',
    arrange: ({ demo }) => seedGrant(demo.rows),
    path: '/integrations/acme',
    act: (page) => page.getByRole('button', { name: /^Disconnect/ }).click(),
    shows: 'What stops',
  },
  {
    name: 'menu',
    path: '/integrations',
    act: (page) => page.getByRole('button', { name: /^Your account/ }).click(),
    shows: 'Signed in as',
  },
  {
    name: 'confirm',
    path: '/integrations/connect/acme?return_to=/activity&scope=playlists.write',
    shows: 'Connect Acme Music?',
  },
  {
    name: 'invalid-return',
    path: '/integrations/connect/acme?return_to=https://evil.example/',
    shows: 'This link cannot be used',
  },
  { name: 'activity-empty', path: '/activity', shows: 'Nothing has happened yet' },
  {
    name: 'activity',
    arrange: ({ demo }) => many(demo),
    path: '/activity',
    shows: 'You connected Acme Music (Ada Lovelace)',
  },
  { name: 'unknown-provider', path: '/integrations/nothing', shows: 'We do not know this service' },
  { name: 'not-found', path: '/nothing/here', shows: 'There is no such page' },
  {
    name: 'switched-off',
    arrange: async ({ page, demo }) => {
      await page.goto('/integrations')
      await demo.rows.execute("update users set disabled_at = 1 where sub = 'auth0|alice'")
    },
    path: '/integrations',
    shows: 'Your access was switched off',
  },
  {
    name: 'unavailable',
    path: '/unavailable?error=storage_unavailable',
    shows: 'We cannot reach our own records',
  },
  {
    name: 'login-failed',
    path: '/auth/callback?code=old&state=old',
    shows: 'The login did not finish',
  },
]

function failed(code: ErrorCode, shows: string): State[] {
  const path = `/integrations?integration=acme&status=error&error=${code}`
  return [{ name: `failed-${code}`, path, shows }]
}

/** One of each, with long names, and a history. */
async function many({ rows }: Demo): Promise<void> {
  const ada = await seedGrant(rows, { last_used_at: Date.now() - 3 * minute })
  await seedGrant(rows, missing)
  await seedGrant(rows, { ...needsPerson('invalid_grant'), provider: 'github' })
  const label = 'wolfeschlegelsteinhausenbergerdorff@a-department-with-a-long-name.example'
  await seedGrant(rows, { provider: 'slack', account_label: label, scope: '' })
  await seedGrant(rows, { ...tombstone('failed'), account_label: label })
  await seedEvent(rows, { grant_id: ada, created_at: Date.now() - 3 * day })
  await seedEvent(rows, { type: 'connect_failed', detail: '{"error":"access_denied"}' })
  await seedEvent(rows, { type: 'disconnected', provider: 'gone', actor: 'system' })
}
