import type { ErrorCode } from '#lib/errors'
import type { GrantView, Integration } from './list.ts'

/** What a row of the integrations page says, and by that what there is to do next. */
export type State =
  | { kind: 'not_connected' }
  | { kind: 'connecting'; since: Date; until: Date }
  | { kind: 'connected'; grant: GrantView }
  | { kind: 'missing_scopes'; grant: GrantView }
  | { kind: 'reauthorization_required'; grant: GrantView }
  | { kind: 'failed'; code: ErrorCode; grant: GrantView | undefined }
  | { kind: 'disconnected'; grant: GrantView }

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

function grantState(grant: GrantView): State {
  if (grant.status === 'reauthorization_required')
    return { kind: 'reauthorization_required', grant }
  if (grant.status === 'disconnected') return { kind: 'disconnected', grant }
  return { kind: grant.missing.length > 0 ? 'missing_scopes' : 'connected', grant }
}
