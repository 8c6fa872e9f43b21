/** What is done over and over, and for how long. */
type Order<Given> = Given & { verb: string; forMs: number }

/**
 * Does what it is told for as long as it is told to, or once, and answers what that cost.
 * @param settle what is left to do then, at the cost of the same
 */
export function serveOrders<Given>(
  verbs: Record<string, (given: Order<Given>, n: number) => Promise<unknown>>,
  settle: (given: Order<Given>) => Promise<void> = async () => {},
): void {
  process.on('message', async (order: Order<Given>) => {
    const verb = verbs[order.verb]
    if (!verb) throw new Error(`There is no ${order.verb}`)
    const until = performance.now() + order.forMs
    const before = process.cpuUsage()
    let count = 0
    do {
      await verb(order, count)
      count += 1
    } while (performance.now() < until)
    await settle(order)
    const { user, system } = process.cpuUsage(before)
    process.send?.({ count, cpuUs: user + system })
  })
  process.send?.('ready')
}
