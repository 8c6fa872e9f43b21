import { headers } from 'next/headers'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { codeOf } from '#lib/errors'
import { find, type Integration, list } from '#lib/integrations/list'
import { orExplain, signedIn } from '../signed-in.ts'

/**
 * The signed-in person's integrations, read once a request for the page and for its title. `here`: where
 * a log-in should lead back to.
 */
export const loadIntegrations = cache(async (here: string): Promise<Integration[]> => {
  const user = await signedIn(here)
  const cookies = await sentCookies()
  return orExplain(() => list(user, cookies))
})

/** One of them, or the page that says there is none. `here`: where a log-in should lead back to. */
export const loadIntegration = cache(async (id: string, here: string): Promise<Integration> => {
  const user = await signedIn(here)
  const cookies = await sentCookies()
  return orExplain(() => find(user, id, cookies).catch(orNotFound))
})

function orNotFound(error: unknown): never {
  if (codeOf(error) === 'unknown_provider') notFound()
  throw error
}

/** For the attempts that this browser began and has not finished: they live in its cookies. */
async function sentCookies(): Promise<string | null> {
  return (await headers()).get('cookie')
}
