import { ownServer } from '#app/api/own-server'

/** Runs once, before the first request: wrong settings or keys are told now, and not to a user. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  await (await import('#lib/boot')).boot()
  const own = ownServer()
  if (own.isHere) own.core = await import('#app/api/own-server-core')
}
