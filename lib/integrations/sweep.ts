import { codeOf } from '#lib/errors'
import { logEvent } from '#lib/telemetry'
import { checkCanary } from '#lib/vault-canary'
import { forgetUsedTransactions } from './finish.ts'
import { retryRevocations } from './revocation.ts'

/** What has to be done from time to time. Any number of instances may do it: nothing is done twice. */
export async function sweep(): Promise<void> {
  try {
    const now = Date.now()
    await forgetUsedTransactions(now)
    // With a wrong key no token opens: none would be revoked, and after a day all would be given up.
    await checkCanary()
    await retryRevocations(now)
  } catch (cause) {
    logEvent('warn', 'sweep_failed', { code: codeOf(cause), cause })
  }
}
