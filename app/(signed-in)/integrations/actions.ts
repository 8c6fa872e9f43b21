'use server'

import { redirect } from 'next/navigation'
import { z } from 'zod'
import { codeOf } from '#lib/errors'
import { endGrant } from '#lib/integrations/end-grant'
import { pause, resume } from '#lib/integrations/pause'
import type { User } from '#lib/session'
import { signedIn } from '../signed-in.ts'
import { pageOf } from './links.ts'

// Each comes back to the provider's page with how it went, which `returned.ts` reads there.

/** Ends one grant. */
export async function disconnectGrant(data: FormData): Promise<never> {
  return change(data, {
    make: async (user, grant) => ({ disconnected: await endGrant(user, grant) }),
    otherwise: { disconnected: 'no' },
  })
}

/** Keeps one grant from being used. */
export async function pauseGrant(data: FormData): Promise<never> {
  return change(data, {
    make: async (user, grant) => {
      await pause(user, grant)
      return { outcome: 'paused', grant }
    },
    otherwise: { outcome: 'not_paused' },
  })
}

/** Ends the pause of one. */
export async function resumeGrant(data: FormData): Promise<never> {
  return change(data, {
    make: async (user, grant) => {
      await resume(user, grant)
      return { outcome: 'resumed', grant }
    },
    otherwise: { outcome: 'not_resumed' },
  })
}

/** What is told in the query, by what was made or by that it was not. */
type Change = {
  make: (user: User, grant: string) => Promise<Record<string, string>>
  otherwise: Record<string, string>
}

const form = z.object({
  grant: z.uuid(),
  provider: z.string().regex(/^[a-z0-9-]{1,64}$/),
})

async function change(data: FormData, { make, otherwise }: Change): Promise<never> {
  const parsed = form.safeParse(Object.fromEntries(data))
  if (!parsed.success) redirect('/integrations')
  const { grant, provider } = parsed.data
  const user = await signedIn(pageOf(provider))
  const told = await make(user, grant).catch((error) => ({ ...otherwise, error: codeOf(error) }))
  redirect(`${pageOf(provider)}?${new URLSearchParams({ integration: provider, ...told })}`)
}
