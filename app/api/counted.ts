import type { Caller } from '#lib/callers'
import { assertWithin, countCall, type Policy, type Quota } from '#lib/rate-limits'
import type { User } from '#lib/session'
import type { Answer } from './answer.ts'
import { apiProblem } from './api-problem.ts'
import { withQuota } from './quota-headers.ts'

/**
 * The way of every call of the JSON API: proves who calls, counts the call, and answers; whatever is
 * thrown on the way is told as a problem. Nobody is counted before it is proven who they are: an
 * address, and above all one that a header names, is nobody.
 */
export async function counted<Who extends User | Caller>(
  { prove, policy }: { prove: () => Promise<Who>; policy: Policy },
  answer: (who: Who) => Promise<Answer>,
): Promise<Answer> {
  let quota: Quota | undefined
  try {
    const who = await prove()
    quota = await countCall(policy, keyOf(who))
    assertWithin(quota)
    return withQuota(await answer(who), quota)
  } catch (error) {
    return withQuota(apiProblem(error), quota)
  }
}

/** A key and a client may have one name: the kind tells them apart. */
function keyOf(who: User | Caller): string {
  return 'id' in who ? who.id : `${who.kind}:${who.name}`
}
