import { database } from '#db'
import { codeOf } from '#lib/errors'
import { logEvent } from '#lib/telemetry'
import { checkCanary } from '#lib/vault-canary'

export const dynamic = 'force-dynamic'

/** Ready: the database is there and migrated, and the vault's keys are the right ones. */
export async function GET(): Promise<Response> {
  try {
    const { db, tables } = await database()
    await db.select({ id: tables.users.id }).from(tables.users).limit(1)
    await checkCanary()
    return Response.json({ status: 'ready' }, { headers: { 'cache-control': 'no-store' } })
  } catch (cause) {
    const code = codeOf(cause)
    logEvent('error', 'not_ready', { code, cause })
    return Response.json(
      { status: 'not_ready', code },
      { status: 503, headers: { 'cache-control': 'no-store' } },
    )
  }
}
