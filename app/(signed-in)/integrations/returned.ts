import type { Metadata } from 'next'
import { z } from 'zod'
import { asErrorCode, type ErrorCode } from '#lib/errors'
import type { GrantView, Integration } from '#lib/integrations/list'
import { texts } from '../../texts.ts'

export type SearchParams = Promise<Record<string, string | string[] | undefined>>

/** What the person comes back from, as far as the query says so and our own records agree. */
export type Returned =
  | { kind: 'connected'; integration: Integration; account: string | null }
  | { kind: 'failed'; integration: Integration | undefined; code: ErrorCode }
  | { kind: 'disconnected'; integration: Integration; grant: GrantView; outcome: Outcome }
  | { kind: 'not_disconnected'; integration: Integration; code: ErrorCode }

export type Outcome = NonNullable<GrantView['revocation']>

const optionalString = z.string().optional().catch(undefined)

const query = z.object({
  integration: optionalString,
  status: z.enum(['connected', 'error']).optional().catch(undefined),
  error: z.unknown().optional().transform(asErrorCode),
  disconnected: z.enum(['revoked', 'unsupported', 'failed', 'no']).optional().catch(undefined),
})

/**
 * Reads the outcome that a redirect left in the query. A link that anybody could make never puts
 * words of its own on the page, and never claims a connection that is not there.
 */
export async function readReturned(
  searchParams: SearchParams,
  integrations: Integration[],
): Promise<Returned | undefined> {
  const { integration: id, status, error, disconnected } = query.parse(await searchParams)
  const integration = integrations.find(({ provider }) => provider.id === id)
  if (status === 'error') return { kind: 'failed', integration, code: error ?? 'server_error' }
  if (!integration) return
  if (status === 'connected') return connected(integration)
  if (disconnected === 'no')
    return { kind: 'not_disconnected', integration, code: error ?? 'server_error' }
  const grant = integration.past.find(({ revocation }) => revocation === disconnected)
  if (disconnected && grant)
    return { kind: 'disconnected', integration, grant, outcome: disconnected }
}

/** The title of the page's tab, which says how it went. */
export function titleOf(returned: Returned | undefined, title: string): Metadata['title'] {
  return returned ? { absolute: `${headlineOf(returned)} – ${title}` } : title
}

export function headlineOf(returned: Returned): string {
  const name = returned.integration?.provider.name
  if (!name) return texts.returned.failedUnknown.title
  switch (returned.kind) {
    case 'connected':
      return texts.returned.connected.title(name)
    case 'failed':
      return texts.returned.failed.title(name)
    case 'disconnected':
      return texts.returned.disconnected.title(name)
    case 'not_disconnected':
      return texts.returned.notDisconnected.title(name)
  }
}

/** Why connecting did not work, if that is what happened. */
export function failureOf(returned: Returned | undefined): ErrorCode | undefined {
  return returned?.kind === 'failed' ? returned.code : undefined
}

function connected(integration: Integration): Returned | undefined {
  const [newest] = integration.grants
    .filter(({ status }) => status === 'active')
    .toSorted((a, b) => b.changedAt.getTime() - a.changedAt.getTime())
  return newest && { kind: 'connected', integration, account: newest.account }
}
