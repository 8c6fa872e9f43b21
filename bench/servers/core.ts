import { ownCaller } from '#lib/callers'
import { keepAlive, nextDueAt } from '#lib/integrations/keep-alive'
import { list } from '#lib/integrations/list'
import { storeUses } from '#lib/integrations/uses'
import { vend } from '#lib/integrations/vend'
import { bearerUser } from '#lib/session'
import { serveOrders } from './worker.ts'

type Given = {
  /** Whose. */
  subs: string[]
  tokens?: string[]
  /** Uses stay in memory: who stores them is measured by itself. */
  isUnstored?: boolean
}

const caller = ownCaller('Bench')

// What server code of the app calls, without HTTP around it.
serveOrders<Given>(
  {
    vend: ({ subs }, n) => vend(caller, { provider: 'acme', user: subs[n % subs.length] ?? '' }),
    async list({ tokens = [] }, n) {
      const authorization = `Bearer ${tokens[n % tokens.length]}`
      const user = await bearerUser(new Headers({ authorization }), 'integrations:read')
      return list(user, null)
    },
    /** What a minute begins with: what is due, and when is the next. */
    async scan() {
      await keepAlive()
      return nextDueAt()
    },
    store: () => storeUses(),
  },
  // Paid for by whoever gathered them, and not by what is measured next.
  async ({ isUnstored }) => (isUnstored ? undefined : storeUses()),
)
