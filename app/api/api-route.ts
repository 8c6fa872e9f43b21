import type { NextRequest } from 'next/server'
import type { Caller } from '#lib/callers'
import { assertWithin, countCall, type Policy, type Quota } from '#lib/rate-limits'
import type { User } from '#lib/session'
import { apiProblem } from './api-problem'
import { withQuota } from './quota-headers'

/**
 * A route of the JSON API: proves who calls, counts the call, and answers; whatever is thrown on the way
 * is told as a problem. Nobody is counted before it is proven who they are: an address, and above all
 * one that a header names, is nobody.
 */
export function apiRoute<Who extends User | Caller, Params>(
  { prove, policy }: Entry<Who>,
  answer: (call: Call<Who, Params>) => Promise<Response>,
): Handler<Params> {
  return async (request, { params }) => {
    let quota: Quota | undefined
    try {
      const who = await prove(request)
      quota = await countCall(policy, keyOf(who))
      assertWithin(quota)
      return withQuota(await answer({ who, request, params: await params }), quota)
    } catch (error) {
      return withQuota(apiProblem(error), quota)
    }
  }
}

export type Handler<Params> = (
  request: NextRequest,
  context: { params: Promise<Params> },
) => Promise<Response>

export type Call<Who, Params> = { who: Who; request: NextRequest; params: Params }

type Entry<Who> = { prove: (request: NextRequest) => Promise<Who>; policy: Policy }

/** A key and a client may have one name: the kind tells them apart. */
function keyOf(who: User | Caller): string {
  return 'id' in who ? who.id : `${who.kind}:${who.name}`
}
