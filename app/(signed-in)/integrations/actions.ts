'use server'

import { redirect } from 'next/navigation'
import { z } from 'zod'
import { codeOf } from '#lib/errors'
import { disconnect, type Revocation } from '#lib/integrations/disconnect'
import { findGrant } from '#lib/integrations/list'
import type { User } from '#lib/session'
import { signedIn } from '../signed-in.ts'
import { pageOf } from './links.ts'

const form = z.object({
  grant: z.uuid(),
  provider: z.string().regex(/^[a-z0-9-]{1,64}$/),
})

/** Ends one grant, and comes back to the provider's page with how that went. */
export async function disconnectGrant(data: FormData): Promise<never> {
  const parsed = form.safeParse(Object.fromEntries(data))
  if (!parsed.success) redirect('/integrations')
  const { grant, provider } = parsed.data
  const user = await signedIn(pageOf(provider))
  const query = new URLSearchParams({ integration: provider })
  try {
    query.set('disconnected', await disconnect(user, grant).catch(orAsItEnded(user, grant)))
  } catch (error) {
    query.set('disconnected', 'no')
    query.set('error', codeOf(error))
  }
  redirect(`${pageOf(provider)}?${query}`)
}

/** A double click, or another tab: what has ended before is told as it ended, and not as a failure. */
function orAsItEnded(user: User, grant: string): (error: unknown) => Promise<Revocation> {
  return async (error) => {
    const ended = codeOf(error) === 'not_connected' ? await findGrant(user, grant) : undefined
    if (!ended?.revocation) throw error
    return ended.revocation
  }
}
