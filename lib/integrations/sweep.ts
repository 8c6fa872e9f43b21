import { codeOf } from '#lib/errors'
import { logEvent } from '#lib/telemetry'
import { forgetUsedTransactions } from './finish.ts'
import { retryRevocations } from './revocation.ts'

/** What has to be done from time to time. Any number of instances may do it: nothing is done twice. */
export async function sweep(): Promise<void> {
  try {
    const now = Date.now()
    await forgetUsedTransactions(now)
    await retryRevocations(now)
  } catch (cause) {
    logEvent('warn', 'sweep_failed', { code: codeOf(cause), cause })
  }
}
