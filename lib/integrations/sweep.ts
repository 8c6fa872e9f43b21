import { adoptKeys } from '#lib/api-keys'
import { forgetRoutine } from '#lib/audit-retention'
import { forgetEnded } from '#lib/ended-sessions'
import { codeOf } from '#lib/errors'
import { oncePerProcess } from '#lib/process'
import { forgetCounts } from '#lib/rate-limits'
import { logEvent } from '#lib/telemetry'
import { renewBonds } from '#lib/user-bonds'
import { checkCanary } from '#lib/vault-canary'
import { forgetUsed } from './attempt.ts'
import { forgetCompletions } from './hold.ts'
import { keepAlive } from './keep-alive.ts'
import { retryRevocations } from './revocation-retry.ts'
import { storeUses } from './uses.ts'

/**
 * What has to be done from time to time: spent transactions forgotten, revocations finished, unused
 * grants kept alive. Any number of instances may do it: nothing is done twice.
 * @param budgetMs after which nothing more is begun
 * @returns false where something could not be done; the log tells what
 */
export async function sweep(budgetMs = minutes): Promise<boolean> {
  const slot = oncePerProcess('sweep', (): { running?: Promise<boolean> } => ({}))
  slot.running ??= sweepAll(performance.now() + budgetMs).finally(() => delete slot.running)
  return slot.running
}

const minutes = 240_000

async function sweepAll(until: number): Promise<boolean> {
  const now = Date.now()
  const steps = [
    () => storeUses(),
    () => forgetUsed(now),
    () => forgetCompletions(),
    () => forgetEnded(now),
    () => forgetRoutine(now),
    () => forgetCounts(now),
    // With a wrong key no token opens: none would be revoked, and after a day all would be given up.
    () => checkCanary().then(() => keepAlive(until)),
    () => checkCanary().then(() => retryRevocations(now, until)),
    () => adoptKeys(),
    () => renewBonds(until),
  ]
  const done: boolean[] = []
  for (const step of steps) done.push(await attempt(step))
  return done.every(Boolean)
}

/** One thing that fails does not keep the others from being done. */
async function attempt(step: () => Promise<unknown>): Promise<boolean> {
  try {
    await step()
    return true
  } catch (cause) {
    logEvent('warn', 'sweep_failed', { code: codeOf(cause), cause })
    return false
  }
}
