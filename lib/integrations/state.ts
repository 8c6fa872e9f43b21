import type { ErrorCode } from '#lib/errors'
import { type GrantView, isForAdministrator, type Trouble } from './grant-view.ts'
import type { Integration } from './list.ts'

/** What a row of the integrations page says, and by that what there is to do next. */
export type State =
  | { kind: 'not_connected' }
  | { kind: 'connecting'; since: Date; until: Date }
  | { kind: 'failed'; code: ErrorCode; grant: undefined }
  | { kind: 'disconnected'; grant: GrantView }
  | { kind: 'paused'; since: Date; grant: GrantView; besides: Standing }
  | Standing

/** How a grant stands: a state that has one. */
export type GrantState = Exclude<State, { kind: 'not_connected' | 'connecting' | 'failed' }>

/** How a living grant stands, whether or not it is paused. */
export type Standing =
  | { kind: 'connected'; grant: GrantView }
  | { kind: 'missing_scopes'; grant: GrantView }
  | { kind: 'expiring'; until: Date; grant: GrantView }
  | { kind: 'reauthorization_required'; reason: string | null; since: Date; grant: GrantView }
  | { kind: 'refused'; since: Date; worksUntil: Date | null; grant: GrantView }
  | ({ kind: 'unavailable' | 'misconfigured'; grant: GrantView; worksUntil: Date | null } & Trouble)

/**
 * The state of one grant, or of a provider without one: a pure function of the row, the browser's
 * live attempts and how the last one just ended. It is never stored.
 */
export function stateOf(
  { connecting, past }: Integration,
  grant: GrantView | undefined,
  failure: ErrorCode | undefined,
): State {
  if (grant) return grantState(grant)
  if (failure) return { kind: 'failed', code: failure, grant }
  if (connecting) return { kind: 'connecting', ...connecting }
  const [last] = past
  return last ? { kind: 'disconnected', grant: last } : { kind: 'not_connected' }
}

/**
 * The state of one grant. What the user decided comes before how things stand; what they see of the
 * latter when they resume is told besides.
 */
export function grantState(grant: GrantView): GrantState {
  if (grant.status === 'disconnected') return { kind: 'disconnected', grant }
  const standing = standingOf(grant)
  const { pausedAt: since } = grant
  return since ? { kind: 'paused', since, grant, besides: standing } : standing
}

/** Whether connecting again can help: then every page and answer that tells of it offers that. */
export function isMendable(state: GrantState): boolean {
  switch (state.kind) {
    case 'paused':
      return isMendable(state.besides)
    case 'unavailable':
      return state.isItsOwn === true
    case 'misconfigured':
      // New tokens are sealed with a key that is there.
      return state.code === 'credential_unreadable'
    default:
      return ['reauthorization_required', 'refused', 'expiring', 'missing_scopes'].includes(
        state.kind,
      )
  }
}

/**
 * The worst first, and among these what is over before what may pass: an ended grant needs the user,
 * whoever does not answer. Trouble comes before an end that is near, because with a provider that does
 * not answer nobody can reconnect. A grant in trouble whose access token still lives does work:
 * `worksUntil` says until when, and the page lists it with those that are connected; it is not called
 * connected, since it will stop working unless the trouble passes.
 */
function standingOf(grant: GrantView): Standing {
  const { status, reason, lastsUntil, readAt, trouble, refusedSince, missing } = grant
  if (status === 'reauthorization_required')
    return { kind: 'reauthorization_required', reason, since: grant.changedAt, grant }
  if (lastsUntil && lastsUntil <= readAt)
    return { kind: 'reauthorization_required', reason: 'expired', since: lastsUntil, grant }
  if (refusedSince && !(trouble && isForAdministrator(trouble)))
    return { kind: 'refused', since: refusedSince, worksUntil: worksUntil(grant), grant }
  if (trouble) return { kind: kindOf(trouble), ...trouble, worksUntil: worksUntil(grant), grant }
  if (lastsUntil && lastsUntil.getTime() - readAt.getTime() < soonMs)
    return { kind: 'expiring', until: lastsUntil, grant }
  return { kind: missing.length > 0 ? 'missing_scopes' : 'connected', grant }
}

/** How long before a grant ends the user is asked to reconnect it: seven days. */
const soonMs = 7 * 86_400_000

function kindOf(trouble: Trouble): 'unavailable' | 'misconfigured' {
  return isForAdministrator(trouble) ? 'misconfigured' : 'unavailable'
}

/** A token that cannot be opened is of no use while it lives; one of unknown life may have run out. */
function worksUntil({ accessUntil, readAt, trouble }: GrantView): Date | null {
  if (trouble?.code === 'credential_unreadable') return null
  return accessUntil && accessUntil > readAt ? accessUntil : null
}
