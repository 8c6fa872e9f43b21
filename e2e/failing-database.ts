import type { TestFleet } from './fleet-test.ts'

/** The statement that takes a lease to refresh: it alone counts a send. */
export const takesLease = /^update "grants" set .*"unanswered_sends" \+ 1/

/**
 * Another process holds the file's write lock; or the server has become a replica that takes no writes.
 * @returns what ends that
 */
export async function refuseWrites(fleet: TestFleet): Promise<() => Promise<void>> {
  const { proxy, world } = fleet
  const { rows } = world
  if (!proxy) {
    await rows.execute('begin immediate')
    return () => rows.execute('rollback')
  }
  const name = new URL(proxy.url).pathname.slice(1)
  await rows.execute(`alter database ${name} set default_transaction_read_only = on`)
  await reconnect(fleet)
  return async () => {
    const reset = `alter database ${name} reset default_transaction_read_only`
    await rows.execute(`begin read write; ${reset}; commit`)
    await reconnect(fleet)
  }
}

/** New connections, for only those know of it; and each member has noticed that the old ones are gone. */
async function reconnect({ proxy, members }: TestFleet): Promise<void> {
  proxy?.cut()
  for (const { app } of [...members, ...members])
    await fetch(`http://127.0.0.1:${app.port}/api/ready`)
}

/**
 * The server is gone; or the file is another process's alone, which is as near as a file comes to that.
 * @returns what brings it back
 */
export async function goAway({ proxy, world: { rows } }: TestFleet): Promise<() => Promise<void>> {
  if (proxy) {
    proxy.down()
    return async () => proxy.mend()
  }
  await rows.execute('begin exclusive')
  return () => rows.execute('rollback')
}

/** From now on no refresh can be stored; all else can. */
export async function failCommits({ proxy, world: { rows } }: TestFleet): Promise<void> {
  if (proxy) proxy.at({ statement: /^commit/, after: /"access_token"/, act: 'reject' })
  else
    await rows.execute(
      "create trigger full before update of access_token on grants begin select raise(abort, 'full'); end",
    )
}

/** Ends what `failCommits` began. */
export async function mendCommits({ proxy, world: { rows } }: TestFleet): Promise<void> {
  if (proxy) proxy.mend()
  else await rows.execute('drop trigger full')
}
