import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net'
import { database } from '#db'
import { keepAwake } from './background.ts'
import { attemptMs } from './connecting.ts'
import { env, SettingsError } from './env.ts'
import { nextDueAt } from './integrations/keep-alive.ts'
import { sweep } from './integrations/sweep.ts'
import { prepareToCall } from './oauth/outbound.ts'
import { offeredProviders } from './providers/provider.ts'
import { logEvent } from './telemetry.ts'
import { checkCanary } from './vault-canary.ts'

/** Checks what must be right before anybody is served, and starts what runs by the clock. */
export async function boot(): Promise<void> {
  // For connections that libraries make: to the database, and to the login issuer.
  setDefaultAutoSelectFamilyAttemptTimeout(attemptMs)
  try {
    if (env().VERCEL) return await bootFunction()
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
  sweepByTheClock()
  // Nobody who comes first should wait for it, neither for the start nor for a refresh.
  setTimeout(() => void prepareToCall().catch(() => undefined), soonestMs).unref()
}

/**
 * Where functions come and go, the build has checked all that (scripts/vercel-build.ts), and the platform's
 * own clock calls /api/cron. A function that starts keeps somebody waiting, and that of `proxy.ts` has
 * neither the file of providers nor a use for the database.
 */
async function bootFunction(): Promise<void> {
  const { after } = await import('next/server')
  keepAwake((work) => {
    try {
      after(() => work)
    } catch {
      // Nothing of Next's is being answered: then this is a server, and nobody freezes it.
    }
  })
}

function stop(message: string): never {
  console.error(message)
  process.exit(1)
}

const minuteMs = 60_000
const soonestMs = 1_000
const stuckMs = 10_000

/** Once a minute, and sooner where a grant is due before that. */
function sweepByTheClock(afterMs = soonestMs): void {
  setTimeout(async () => {
    await sweep()
    const due = await nextDueAt().catch(() => null)
    const wait = due === null ? minuteMs : Math.min(due - Date.now(), minuteMs)
    // What is due even now is what this round could do nothing about.
    sweepByTheClock(wait <= 0 ? stuckMs : Math.max(wait, soonestMs))
  }, afterMs).unref()
}
