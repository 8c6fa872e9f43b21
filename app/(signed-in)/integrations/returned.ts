import type { Metadata } from 'next'
import { z } from 'zod'
import { asErrorCode, type ErrorCode } from '#lib/errors'
import type { GrantView } from '#lib/integrations/grant-view'
import type { Integration } from '#lib/integrations/list'
import { texts } from '../../texts.ts'

export type SearchParams = Promise<Record<string, string | string[] | undefined>>

/** What the person comes back from, as far as the query says so and our own records agree. */
export type Returned =
  | { kind: 'connected'; integration: Integration; account: string | null }
  | { kind: 'failed' | 'unused'; integration: Integration | undefined; code: ErrorCode }
  | { kind: 'disconnected'; integration: Integration; grant: GrantView; outcome: Outcome }
  | { kind: 'paused' | 'resumed'; integration: Integration; grant: GrantView }
  | { kind: NotDone; integration: Integration; code: ErrorCode }

export type NotDone = 'not_disconnected' | 'not_paused' | 'not_resumed'

export type Outcome = NonNullable<GrantView['revocation']>

const optionalString = z.string().optional().catch(undefined)

const query = z.object({
  integration: optionalString,
  status: z.enum(['connected', 'error']).optional().catch(undefined),
  error: z.unknown().optional().transform(asErrorCode),
  disconnected: z.enum(['revoked', 'unsupported', 'failed', 'no']).optional().catch(undefined),
  outcome: z.enum(['paused', 'resumed', 'not_paused', 'not_resumed']).optional().catch(undefined),
  grant: optionalString,
})

/**
 * Reads the outcome that a redirect left in the query. A link that anybody could make never puts
 * words of its own on the page, and never claims a connection that is not there.
 */
export async function readReturned(
  searchParams: SearchParams,
  integrations: Integration[],
): Promise<Returned | undefined> {
  const given = query.parse(await searchParams)
  const code = given.error ?? 'server_error'
  const integration = integrations.find(({ provider }) => provider.id === given.integration)
  if (given.status === 'error') return failed(integration, code)
  if (!integration) return
  if (given.status === 'connected') return connected(integration)
  if (given.disconnected === 'no') return { kind: 'not_disconnected', integration, code }
  if (given.disconnected) return disconnected(integration, given.disconnected)
  if (given.outcome === 'paused' || given.outcome === 'resumed')
    return switched(integration, { kind: given.outcome, id: given.grant })
  if (given.outcome) return { kind: given.outcome, integration, code }
}

/**
 * Where a log-in on the way should lead back to: this page, with the failure that it was opened to tell
 * of. A SPA's user whose ticket is over is not logged in here. Built from what was understood alone.
 */
export async function hereOf(searchParams: SearchParams): Promise<string> {
  const { integration = '', status, error } = query.parse(await searchParams)
  if (status !== 'error' || !error) return '/integrations'
  const named = /^[a-z0-9-]{1,64}$/.test(integration) ? `integration=${integration}&` : ''
  return `/integrations?${named}status=error&error=${error}`
}

/** The title of the page's tab, which says how it went. */
export function titleOf(returned: Returned | undefined, title: string): Metadata['title'] {
  return returned ? { absolute: `${headlineOf(returned)} – ${title}` } : title
}

export function headlineOf(returned: Returned): string {
  const name = returned.integration?.provider.name
  if (!name)
    return returned.kind === 'unused'
      ? texts.returned.unusedUnknown.title
      : texts.returned.failedUnknown.title
  return texts.returned[returned.kind].title(name)
}

/** Why connecting did not work, if that is what happened. */
export function failureOf(returned: Returned | undefined): ErrorCode | undefined {
  return returned?.kind === 'failed' ? returned.code : undefined
}

function connected(integration: Integration): Returned | undefined {
  const newest = newestOf(integration)
  return newest && { kind: 'connected', integration, account: newest.account }
}

function newestOf({ grants }: Integration): GrantView | undefined {
  const active = grants.filter(({ status }) => status === 'active')
  return active.toSorted((a, b) => b.since.getTime() - a.since.getTime())[0]
}

/**
 * A browser may bring one answer twice, and show how the second fared: that it was used before. Where the
 * first has connected the provider just now, that is what there is to tell; it may also be on its way still.
 */
function failed(integration: Integration | undefined, code: ErrorCode): Returned {
  if (code !== 'invalid_state') return { kind: 'failed', integration, code }
  const newest = integration && newestOf(integration)
  const isFresh = newest && newest.readAt.getTime() - newest.since.getTime() < justNowMs
  if (integration && isFresh) return { kind: 'connected', integration, account: newest.account }
  return { kind: 'unused', integration, code }
}

/** Longer than an exchange takes, and shorter than it takes to forget what one has done. */
const justNowMs = 120_000

function disconnected(integration: Integration, outcome: Outcome): Returned | undefined {
  const grant = integration.past.find(({ revocation }) => revocation === outcome)
  return grant && { kind: 'disconnected', integration, grant, outcome }
}

function switched(
  integration: Integration,
  { kind, id }: { kind: 'paused' | 'resumed'; id: string | undefined },
): Returned | undefined {
  const grant = integration.grants.find((one) => one.id === id)
  const isPaused = kind === 'paused'
  return grant && (grant.pausedAt !== null) === isPaused ? { kind, integration, grant } : undefined
}
