import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import { database } from '#db'

/**
 * Notes of every living refresh token that it may have been rotated unnoticed, as after an older backup
 * has been restored. Each is still tried once; if it is refused, that is a rotation lost
 * (`lost_rotation`), and not somebody else's use of it (`possible_reuse`).
 * @returns how many are in doubt by this
 */
export async function doubtAll(): Promise<number> {
  const { db, tables, clock } = await database()
  const { grants } = tables
  const doubted = await db
    .update(grants)
    .set({ inDoubtSince: sql`${clock}` })
    .where(
      and(eq(grants.status, 'active'), isNotNull(grants.refreshToken), isNull(grants.inDoubtSince)),
    )
    .returning({ id: grants.id })
  return doubted.length
}
