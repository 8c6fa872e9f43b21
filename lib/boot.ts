import { database } from '#db'
import { env, SettingsError } from './env.ts'
import { sweep } from './integrations/sweep.ts'
import { offeredProviders } from './providers/provider.ts'
import { logEvent } from './telemetry.ts'
import { checkCanary } from './vault-canary.ts'

/** Checks what must be right before anybody is served, and starts what runs by the clock. */
export async function boot(): Promise<void> {
  try {
    env()
    offeredProviders()
    await database()
    await checkCanary()
  } catch (error) {
    if (error instanceof SettingsError) stop(error.message)
    // A database that is away or a key that is wrong heals without a restart: not ready, not dead.
    const { cause } = error as Error
    console.error(`Grantkeeper is not ready. ${cause instanceof Error ? cause.message : ''}`)
  }
  logEvent('info', 'started', { count: offeredProviders().length })
  setInterval(sweep, 60_000).unref()
}

function stop(message: string): never {
  console.error(message)
  process.exit(1)
}
