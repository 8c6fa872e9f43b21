import { database } from '#db'
import { isMissingMigrations } from '#db/migrations'
import { codeOf } from '#lib/errors'
import { logEvent } from '#lib/telemetry'
import { checkCanary } from '#lib/vault-canary'

export const dynamic = 'force-dynamic'

/**
 * Ready: the database is there and has every migration of this release, and the vault's keys are the
 * right ones. Of what is wrong it says only which of the three, to anybody.
 */
export async function GET(): Promise<Response> {
  try {
    await (await database()).assertMigrated()
  } catch (cause) {
    return notReady(isMissingMigrations(cause) ? 'migrations' : 'database', cause)
  }
  try {
    await checkCanary()
  } catch (cause) {
    return notReady('keys', cause)
  }
  return Response.json({ status: 'ready' }, { headers: { 'cache-control': 'no-store' } })
}

function notReady(lacks: 'database' | 'migrations' | 'keys', cause: unknown): Response {
  const code = codeOf(cause)
  logEvent('error', 'not_ready', { code, outcome: lacks, cause })
  return Response.json(
    { status: 'not_ready', lacks, code },
    { status: 503, headers: { 'cache-control': 'no-store' } },
  )
}
