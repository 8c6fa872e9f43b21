import type { ErrorCode } from '#lib/errors'
import { seedGrant } from '../seed.ts'
import { setup } from '../setup.ts'
import { leaveForAcme } from '../steps.ts'
import { grantStates } from './grant-states.ts'
import { busyDays, many } from './scenes.ts'
import type { State } from './state.ts'

/** Every state of the pages of somebody who is logged in. */
export const states: State[] = [
  { name: 'available', path: '/integrations', shows: 'Nothing is connected' },
  {
    name: 'connecting',
    arrange: ({ page }) => leaveForAcme(page),
    path: '/integrations',
    shows: 'Waiting for you to finish at Acme Music',
  },
  ...grantStates,
  ...failed('access_denied', 'You cancelled at Acme Music'),
  ...failed('invalid_state', 'was waiting for it in this browser'),
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
  {
    name: 'activity-of-jobs',
    arrange: ({ demo }) => busyDays(demo),
    path: '/activity',
    shows: '“nightly-sync” used Acme Music (Ada Lovelace), 41 times',
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
    name: 'no-records',
    path: '/unavailable?error=storage_unavailable',
    shows: 'We cannot reach our own records',
  },
  {
    name: 'login-failed',
    path: `${setup.login === 'oidc' ? '/api/auth/callback/oidc' : '/auth/callback'}?code=old&state=old`,
    shows: 'The login did not finish',
  },
  {
    name: 'login-away',
    path: '/unavailable?error=temporarily_unavailable&from=login',
    shows: 'We can’t reach the sign-in service',
  },
  {
    name: 'login-misconfigured',
    path: '/unavailable?error=provider_misconfigured&from=login',
    shows: 'Signing in is not set up correctly',
  },
  { name: 'log-out', path: '/log-out', shows: 'Log out?' },
]

function failed(code: ErrorCode, shows: string): State[] {
  const path = `/integrations?integration=acme&status=error&error=${code}`
  return [{ name: `failed-${code}`, path, shows }]
}
