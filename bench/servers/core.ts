import { ownCaller } from '#lib/callers'
import { keepAlive, nextDueAt } from '#lib/integrations/keep-alive'
import { list } from '#lib/integrations/list'
import { storeUses } from '#lib/integrations/uses'
import { vend } from '#lib/integrations/vend'
import { sealFor, unsealFor } from '#lib/oauth/seal'
import { bearerUser } from '#lib/session'

type Order = {
  verb: keyof typeof verbs
  forMs: number
  /** Whose. */
  subs: string[]
  tokens?: string[]
}

const caller = ownCaller('Bench')
/** As large as what a start keeps in its cookie. */
const attempt = { id: 'i'.repeat(43), rest: 'r'.repeat(500) }
const sealed = await sealFor('transaction', attempt)

/** What server code of the app calls, without HTTP around it. */
const verbs = {
  vend: ({ subs }: Order, n: number) =>
    vend(caller, { provider: 'acme', user: subs[n % subs.length] ?? '' }),
  async list({ tokens = [] }: Order, n: number) {
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
  seal: () => sealFor('transaction', attempt),
  unseal: () => unsealFor('transaction', sealed),
}

// Does what it is told for as long as it is told to, or once, and answers what that cost.
process.on('message', async (order: Order) => {
  const until = performance.now() + order.forMs
  const before = process.cpuUsage()
  let count = 0
  do {
    await verbs[order.verb](order, count)
    count += 1
  } while (performance.now() < until)
  // What was gathered is paid for by whoever gathered it, and not by what is measured next.
  await storeUses()
  const { user, system } = process.cpuUsage(before)
  process.send?.({ count, cpuUs: user + system })
})
process.send?.('ready')
