import type { NextRequest } from 'next/server'
import type { Policy } from '#lib/rate-limits'
import type { User } from '#lib/session'
import { type Answer, toResponse } from './answer'
import { counted } from './counted'

/** A route of the JSON API, for users: the way that `counted` tells, between Next's request and response. */
export function apiRoute<Params>(
  { prove, policy }: { prove: (request: NextRequest) => Promise<User>; policy: Policy },
  answer: (call: Call<Params>) => Promise<Answer>,
): Handler<Params> {
  return async (request, { params }) =>
    toResponse(
      await counted({ prove: () => prove(request), policy }, async (who) =>
        answer({ who, request, params: await params }),
      ),
    )
}

export type Handler<Params> = (
  request: NextRequest,
  context: { params: Promise<Params> },
) => Promise<Response>

export type Call<Params> = { who: User; request: NextRequest; params: Params }
