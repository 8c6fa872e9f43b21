import type { Demo } from '../demo.ts'
import { minute, refreshable, seedGrant } from '../seed.ts'
import {
  ending,
  inOutage,
  keyMissing,
  living,
  misconfigured,
  missing,
  needsPerson,
  paused,
  reasons,
  refused,
  seededId,
  tombstone,
  used,
} from './scenes.ts'
import type { State } from './state.ts'

/** Every state of a grant, on the list and on its own page. */
export const grantStates: State[] = [
  {
    name: 'connected',
    arrange: ({ demo }) => seedGrant(demo.rows, used),
    path: '/integrations?integration=acme&status=connected',
    shows: 'Acme Music connected',
  },
  {
    name: 'missing-scopes',
    arrange: ({ demo }) => seedGrant(demo.rows, missing),
    path: '/integrations',
    shows: 'Works, but without: Change your playlists',
  },
  ...([...reasons, null] as const).map((reason) => ({
    name: `needs-reconnecting-${reason ?? 'other'}`,
    arrange: ({ demo }: { demo: Demo }) => seedGrant(demo.rows, needsPerson(reason)),
    path: '/integrations',
    shows: 'Reconnect to go on',
  })),
  {
    name: 'needs-reconnecting-expired',
    arrange: ({ demo }) => seedGrant(demo.rows, { access_token_expires_at: Date.now() - minute }),
    path: '/integrations',
    shows: 'The access that Acme Music gave has run out',
  },
  {
    name: 'expiring',
    arrange: ({ demo }) => seedGrant(demo.rows, ending),
    path: '/integrations',
    shows: 'Access ends in 4 days',
  },
  {
    name: 'unavailable',
    arrange: ({ demo }) => inOutage(demo),
    path: '/integrations',
    shows: 'Acme Music stopped answering 12 minutes ago',
  },
  {
    name: 'unavailable-still-works',
    arrange: ({ demo }) => inOutage(demo, living),
    path: '/integrations',
    shows: 'Still works; the access that we hold runs out',
  },
  {
    name: 'refused',
    arrange: ({ demo }) => seedGrant(demo.rows, { ...refreshable, ...used, ...refused }),
    path: '/integrations',
    shows: 'reconnecting may fix it at once',
  },
  {
    name: 'refused-still-works',
    arrange: ({ demo }) => seedGrant(demo.rows, { ...refreshable, ...refused, ...living }),
    path: '/integrations',
    shows: 'Still works; the access that we hold runs out',
  },
  {
    name: 'misconfigured',
    arrange: ({ demo }) => misconfigured(demo),
    path: '/integrations',
    shows: 'R-7K2M9Q',
  },
  {
    name: 'key-missing',
    arrange: ({ demo }) => seedGrant(demo.rows, { ...refreshable, ...keyMissing }),
    path: '/integrations',
    shows: 'A key on our side was found missing',
  },
  {
    name: 'paused',
    arrange: ({ demo }) => seedGrant(demo.rows, paused),
    path: '/integrations',
    shows: 'Nothing uses it until you resume it',
  },
  {
    name: 'paused-and-over',
    arrange: ({ demo }) => seedGrant(demo.rows, { ...paused, ...needsPerson('invalid_grant') }),
    path: '/integrations/acme',
    shows: 'To be used again it must be reconnected, too',
  },
  ...(['revoked', 'unsupported', 'failed'] as const).map((revocation) => ({
    name: `disconnected-${revocation}`,
    arrange: ({ demo }: { demo: Demo }) => seedGrant(demo.rows, tombstone(revocation)),
    path: `/integrations/acme?integration=acme&disconnected=${revocation}`,
    shows: 'Acme Music disconnected',
  })),
  {
    name: 'detail-paused',
    arrange: ({ demo }) => seedGrant(demo.rows, { ...paused, id: seededId }),
    path: `/integrations/acme?integration=acme&outcome=paused&grant=${seededId}`,
    shows: 'Acme Music paused',
  },
  {
    name: 'detail-resumed',
    arrange: ({ demo }) => seedGrant(demo.rows, { id: seededId }),
    path: `/integrations/acme?integration=acme&outcome=resumed&grant=${seededId}`,
    shows: 'Acme Music resumed',
  },
  {
    name: 'not-paused',
    arrange: ({ demo }) => seedGrant(demo.rows),
    path: '/integrations/acme?integration=acme&outcome=not_paused&error=storage_unavailable',
    shows: 'Acme Music was not paused',
  },
  {
    name: 'detail-unavailable',
    arrange: ({ demo }) => inOutage(demo, living),
    path: '/integrations/acme',
    shows: 'We keep trying',
  },
  {
    name: 'detail-refused',
    arrange: ({ demo }) => seedGrant(demo.rows, { ...refreshable, ...used, ...refused }),
    path: '/integrations/acme',
    shows: 'We keep trying; reconnecting may fix it at once',
  },
  {
    name: 'detail-misconfigured',
    arrange: ({ demo }) => misconfigured(demo),
    path: '/integrations/acme',
    shows: 'Please tell whoever runs this app',
  },
  {
    name: 'detail-expiring',
    arrange: ({ demo }) => seedGrant(demo.rows, ending),
    path: '/integrations/acme',
    shows: 'Access ends in 4 days',
  },
]
