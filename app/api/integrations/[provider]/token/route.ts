import type { NextRequest } from 'next/server'
import { toResponse } from '#app/api/answer'
import { readCapped } from '#app/api/json'
import { answerToken } from '#app/api/token-answer'

// Or Next would watch each look at the request, to find out what this says.
export const dynamic = 'force-dynamic'

/** The token route where there is no server of our own: the same answers as `token-mouth` gives. */
export async function POST(request: NextRequest, { params }: Context): Promise<Response> {
  const { provider } = await params
  const text = (maxBytes: number) => readCapped(request, maxBytes)
  return toResponse(await answerToken({ provider, headers: request.headers, text }))
}

type Context = { params: Promise<{ provider: string }> }
