import { and, eq, isNotNull, isNull, ne } from 'drizzle-orm'
import { database } from '#db'
import { eventStep } from '#lib/audit'
import { GrantkeeperError } from '#lib/errors'
import type { User } from '#lib/session'
import { findLivingGrant } from './grant.ts'

/**
 * Keeps a grant from being used and from being refreshed until it is resumed; its tokens stay as they
 * are. Pausing what is paused changes nothing.
 * @throws {GrantkeeperError} `not_connected`, `storage_unavailable`
 */
export function pause(user: User, grantId: string): Promise<void> {
  return setPaused(user, { grantId, isPaused: true })
}

/** Ends a pause. Resuming what is not paused changes nothing. It throws as `pause` does. */
export function resume(user: User, grantId: string): Promise<void> {
  return setPaused(user, { grantId, isPaused: false })
}

type Wish = { grantId: string; isPaused: boolean }

async function setPaused(user: User, wish: Wish): Promise<void> {
  const grant = await findLivingGrant(user, wish.grantId)
  if (!grant) throw new GrantkeeperError('not_connected')
  if (await write(user, grant.provider, wish)) return
  // It was as wished already, or it was disconnected meanwhile.
  if (!(await findLivingGrant(user, wish.grantId))) throw new GrantkeeperError('not_connected')
}

/** `updatedAt` is left alone: it tells since when a grant has been broken, which a pause does not change. */
async function write(user: User, provider: string, { grantId, isPaused }: Wish): Promise<boolean> {
  const opened = await database()
  const { grants } = opened.tables
  const isToChange = and(
    eq(grants.id, grantId),
    eq(grants.userId, user.id),
    ne(grants.status, 'disconnected'),
    isPaused ? isNull(grants.pausedAt) : isNotNull(grants.pausedAt),
  )
  const pausedAt = isPaused ? Date.now() : null
  const event = {
    ...{ userId: user.id, grantId, provider },
    type: isPaused ? 'paused' : 'resumed',
  } as const
  return opened.atomically((tx) => [
    { query: tx.update(grants).set({ pausedAt }).where(isToChange), expect: 1 },
    eventStep(opened, event),
  ])
}
