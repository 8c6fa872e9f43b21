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

const vendTo = ({ subs }: Given, n: number) =>
  vend(caller, { provider: 'acme', user: subs[n % subs.length] ?? '' })

/** As a server of pages does between two vends: the caches of a core hold no more than this. */
const others = new Uint8Array(4 * 1_048_576)
const lineBytes = 64
function fillCaches(): void {
  for (let at = 0; at < others.length; at += lineBytes) others[at] = (others[at] ?? 0) + 1
}

// What server code of the app calls, without HTTP around it.
serveOrders<Given>(
  {
    vend: vendTo,
    vendAmongOthers(given, n) {
      fillCaches()
      return vendTo(given, n)
    },
    async others() {
      fillCaches()
    },
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
