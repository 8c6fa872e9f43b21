'use server'

import { redirect } from 'next/navigation'
import { z } from 'zod'
import { codeOf } from '#lib/errors'
import { disconnect } from '#lib/integrations/disconnect'

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
    query.set('disconnected', await disconnect(user, grant))
  } catch (error) {
    query.set('disconnected', 'no')
    query.set('error', codeOf(error))
  }
  redirect(`${pageOf(provider)}?${query}`)
}
