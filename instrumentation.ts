/** Runs once, before the first request: wrong settings or keys are told now, and not to a user. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') await (await import('#lib/boot')).boot()
}
