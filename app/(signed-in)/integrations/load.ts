import { headers } from 'next/headers'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { codeOf } from '#lib/errors'
import { find, type Integration, list } from '#lib/integrations/list'
import { signedIn } from '../signed-in.ts'

/** The signed-in person's integrations, read once a request for the page and for its title. */
export const loadIntegrations = cache(async () =>
  list(await signedIn('/integrations'), await sentCookies()),
)

/** One of them, or the page that says there is none. `here`: where a log-in should lead back to. */
export async function loadOrNotFound(provider: string, here: string): Promise<Integration> {
  try {
    return await loadIntegration(provider, here)
  } catch (error) {
    if (codeOf(error) === 'unknown_provider') notFound()
    throw error
  }
}

const loadIntegration = cache(async (provider: string, here: string) =>
  find(await signedIn(here), provider, await sentCookies()),
)

/** For the attempts that this browser began and has not finished: they live in its cookies. */
async function sentCookies(): Promise<string | null> {
  return (await headers()).get('cookie')
}
