import type { NextRequest } from 'next/server'
import { baseUrlFor } from '#lib/env'
import { codeOf, GrantkeeperError } from '#lib/errors'
import { abandon, finish } from '#lib/integrations/finish'
import { hold } from '#lib/integrations/hold'
import { readAuthorizationResponse } from '#lib/oauth/authorization'
import { defaultReturn, resultUrl } from '#lib/oauth/return-url'
import { forgetTransaction, openTransaction, type Transaction } from '#lib/oauth/transaction'
import { findProvider } from '#lib/providers/provider'
import { currentUser, type User } from '#lib/session'
import { logEvent } from '#lib/telemetry'
import { refuseMethod, seeOther } from '../redirect'

/** The redirection endpoint (RFC 6749 §3.1.2): called by the third party, answers with a redirect. */
export async function GET(request: NextRequest, { params }: Context): Promise<Response> {
  const attempt: Attempt = {
    returnTo: defaultReturn(baseUrlFor(request.headers.get('host'))),
    cookies: [],
  }
  try {
    await attend(request, (await params).provider, attempt)
    return seeOther(resultUrl(attempt.returnTo, attempt), attempt.cookies)
  } catch (error) {
    const code = codeOf(error)
    logEvent('warn', 'callback_refused', {
      provider: attempt.provider ?? 'unknown',
      code,
      cause: error,
    })
    return seeOther(resultUrl(attempt.returnTo, { ...attempt, error: code }), attempt.cookies)
  }
}

export {
  refuseMethod as HEAD,
  refuseMethod as OPTIONS,
  refuseMethod as DELETE,
  refuseMethod as PATCH,
  refuseMethod as POST,
  refuseMethod as PUT,
}

type Context = { params: Promise<{ provider: string }> }

/** What is known of the attempt so far, and so where its end, good or bad, is told. */
type Attempt = {
  returnTo: { href: string }
  provider?: string
  /** Where a code waits for the SPA that began. */
  handle?: string
  cookies: string[]
}

async function attend(request: NextRequest, asked: string, attempt: Attempt): Promise<void> {
  const destination = request.headers.get('sec-fetch-dest') ?? 'document'
  const provider = findProvider(asked)
  attempt.provider = provider.id
  if (destination !== 'document') throw new GrantkeeperError('invalid_request')
  const response = readAuthorizationResponse(request.nextUrl.searchParams)
  const transaction = await openTransaction(request.headers.get('cookie'), response.state)
  attempt.returnTo = { href: transaction.return_to }
  attempt.cookies = [forgetTransaction(transaction)]
  const arrived = { provider, transaction, response }
  if (transaction.mode === 'ticket') {
    attempt.handle = await hold(arrived)
    return
  }
  await finish(await userOrAbandon(transaction), arrived)
}

/** The user of this request. Who was switched off does not come back to the attempt either. */
async function userOrAbandon(transaction: Transaction): Promise<User | null> {
  try {
    return await currentUser()
  } catch (error) {
    await abandon(transaction)
    throw error
  }
}
