import type { Demo } from '../demo.ts'
import { day, minute, refreshable, seedEvent, seedGrant, seedTrouble } from '../seed.ts'

export const missing = {
  provider: 'acme',
  account_label: 'Grace Hopper',
  requested_scope: 'openid profile playlists.read playlists.write',
}

export const reasons = [
  'invalid_grant',
  'lost_rotation',
  'possible_reuse',
  'refused',
  'credential_unreadable',
] as const

export const needsPerson = (reason: string | null) => ({
  status: 'reauthorization_required',
  reason,
})

export const used = { last_used_at: Date.now() - 3 * minute, last_used_by: 'nightly-sync' }
export const living = { access_token_expires_at: Date.now() + 50 * minute }
export const ending = { access_token_expires_at: Date.now() + 5 * day - minute }
export const paused = { ...used, paused_at: Date.now() - 2 * 60 * minute }
export const keyMissing = {
  refresh_error: 'credential_unreadable',
  refresh_failing_since: Date.now() - 26 * 60 * minute,
}
/** Its provider refuses to renew it, and others not. */
export const refused = {
  ...{ refresh_error: 'temporarily_unavailable', refresh_failures: 7, refusals: 7 },
  refresh_failing_since: Date.now() - 3 * 60 * minute,
  refused_since: Date.now() - 3 * 60 * minute,
  refused_at: Date.now() - 10 * minute,
}
export const seededId = '5f0c2a4e-1111-4111-8111-000000000001'

export const tombstone = (revocation: string) => ({
  status: 'disconnected',
  revocation,
  disconnected_at: Date.now() - 5 * minute,
})

/** Acme Music has not answered for twelve minutes. */
export async function inOutage({ rows }: Demo, values: Record<string, number> = {}): Promise<void> {
  const { error, since } = { error: 'temporarily_unavailable', since: Date.now() - 12 * minute }
  await seedTrouble(rows, { error, since })
  await seedGrant(rows, { ...refreshable, ...used, ...values })
}

/** Acme Music refuses our client, which an administrator finds in the log by the reference. */
export async function misconfigured({ rows }: Demo): Promise<void> {
  const since = Date.now() - 130 * minute
  await seedTrouble(rows, { error: 'provider_misconfigured', since, reference: 'R-7K2M9Q' })
  await seedGrant(rows, { ...refreshable, ...used })
}

/** Jobs at work, and one of each event that comes without the person. */
export async function busyDays({ rows }: Demo): Promise<void> {
  const grant_id = await seedGrant(rows, used)
  const happened: [type: string, actor: string, detail: Record<string, string>, times?: number][] =
    [
      ['used', 'job', { caller: 'nightly-sync' }, 40],
      ['used', 'job', { caller: 'proxy' }, 2],
      ['refreshed', 'system', {}],
      ['used', 'job', { caller: 'nightly-sync' }],
      ['refresh_failed', 'system', { code: 'temporarily_unavailable' }],
      ['refresh_failed', 'system', { code: 'temporarily_unavailable' }],
      ['resumed', 'user', {}],
      ['vend_refused', 'job', { caller: 'nightly-sync', code: 'paused' }, 3],
      ['paused', 'user', {}],
      ['reconnected', 'user', {}],
      ['security', 'system', {}],
      ['reauthorization_required', 'system', { reason: 'possible_reuse' }],
      ['reauthorization_required', 'system', { reason: 'lost_rotation' }],
      ['refresh_failed', 'system', { code: 'provider_misconfigured' }],
      ['used', 'job', { caller: 'a-job-with-a-name-as-long-as-nobody-would-ever-think-of' }, 1440],
    ]
  const now = Date.now()
  for (const [index, [type, actor, detail, times = 1]] of happened.entries())
    await seedEvent(rows, {
      ...{ grant_id, type, actor, times, detail: JSON.stringify(detail) },
      created_at: now - index,
    })
}

/** One of each, with long names, and a history. */
export async function many({ rows }: Demo): Promise<void> {
  const ada = await seedGrant(rows, used)
  await seedGrant(rows, missing)
  await seedGrant(rows, { ...needsPerson('invalid_grant'), provider: 'github' })
  await seedGrant(rows, { ...refreshable, ...keyMissing, provider: 'spotify' })
  await seedGrant(rows, { ...paused, account_label: 'Charles Babbage' })
  const label = 'wolfeschlegelsteinhausenbergerdorff@a-department-with-a-long-name.example'
  await seedGrant(rows, { provider: 'slack', account_label: label, scope: '' })
  await seedGrant(rows, { ...tombstone('failed'), account_label: label })
  await seedEvent(rows, { grant_id: ada, created_at: Date.now() - 3 * day })
  await seedEvent(rows, { type: 'connect_failed', detail: '{"error":"access_denied"}' })
  await seedEvent(rows, { type: 'disconnected', provider: 'gone', actor: 'system' })
}
