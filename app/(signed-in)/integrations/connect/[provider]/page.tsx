import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { z } from 'zod'
import { baseUrlFor } from '#lib/env'
import { codeOf } from '#lib/errors'
import type { Integration } from '#lib/integrations/list'
import { parseReturnTo, type ReturnUrl, resultUrl } from '#lib/oauth/return-url'
import { texts } from '../../../../texts.ts'
import { signedIn } from '../../../signed-in.ts'
import { confirmLink, startLink } from '../../links.ts'
import { loadIntegration } from '../../load.ts'
import type { SearchParams } from '../../returned.ts'
import { scopesOf } from '../../scopes.ts'
import { Confirm } from './confirm.tsx'
import { InvalidReturn } from './invalid-return.tsx'

type Props = { params: Promise<{ provider: string }>; searchParams: SearchParams }

const query = z.object({
  scope: z.string().max(1000).optional().catch(undefined),
  grant: z.uuid().optional().catch(undefined),
})

export const metadata: Metadata = { title: texts.confirm.title }

/** Asks the person before a link that may have come from elsewhere begins a connection. */
export default async function ConfirmPage({ params, searchParams }: Props) {
  const { provider: id } = await params
  const given = await searchParams
  const returnTo = await readReturnTo(given.return_to)
  const { scope, grant } = query.parse(given)
  const link = { returnTo: returnTo?.href ?? '/integrations', scope, grant }
  const here = confirmLink(id, link)
  const integration = await loadIntegration(id, here)
  if (!returnTo) return <InvalidReturn />
  const reconnected = integration.grants.find((one) => one.id === grant)
  return (
    <Confirm
      user={await signedIn(here)}
      provider={integration.provider}
      reconnects={reconnected}
      asks={scopesOf(integration, wanted(integration, reconnected, scope))}
      host={returnTo.host}
      continueHref={startLink(id, link)}
      cancelHref={resultUrl(returnTo, { provider: id, error: 'access_denied' })}
    />
  )
}

/** Where the link wants to lead in the end, or undefined if that is nowhere we know. */
async function readReturnTo(raw: string | string[] | undefined): Promise<ReturnUrl | undefined> {
  try {
    return parseReturnTo(raw, baseUrlFor((await headers()).get('host')))
  } catch (error) {
    if (codeOf(error) === 'invalid_return_to') return
    throw error
  }
}

/** What start will ask for: the default, what the grant has or lacks, and what the link names besides. */
function wanted(
  { asks, optional }: Integration,
  grant: Integration['grants'][number] | undefined,
  scope = '',
): string[] {
  const besides = scope.split(' ').filter((one) => optional.includes(one))
  const kept = grant
    ? [...grant.scope, ...grant.missing].filter((one) => optional.includes(one))
    : []
  return [...new Set([...asks, ...kept, ...besides])]
}
