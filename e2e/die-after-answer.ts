import type { Member } from './fleet.ts'
import type { TestFleet } from './fleet-test.ts'

/**
 * Kills an instance when the token endpoint has answered it and nothing is stored yet: from the answer on
 * no commit gets through, until it is dead.
 * @param walk what makes it ask the token endpoint; default: a job's request for a token
 */
export async function dieAfterAnswer(
  fleet: TestFleet,
  doomed: Member,
  walk: () => Promise<unknown> = () => fleet.vend(doomed),
): Promise<void> {
  const { acme, proxy, world } = fleet
  const death = doomed.crashed()
  const during = async () => {
    if (proxy) proxy.at({ statement: /^commit/, act: () => death })
    else await world.rows.execute('begin immediate')
  }
  const signal_after_response = { pid: doomed.app.pid, signal: 'SIGKILL' }
  acme.ctl({ endpoint: 'token', nth: 1, during, signal_after_response })
  // Nobody answers: the connection ends with the process.
  await walk().catch(() => undefined)
  await death
  if (proxy) proxy.mend()
  else await world.rows.execute('rollback')
}
