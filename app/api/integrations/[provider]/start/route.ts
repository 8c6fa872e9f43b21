import type { NextRequest } from 'next/server'
import { baseUrlFor } from '#lib/env'
import { codeOf, GrantkeeperError } from '#lib/errors'
import { isNavigation } from '#lib/fetch-metadata'
import { type Started, spendTicket, start, startWithTicket } from '#lib/integrations/start'
import { loginDriver } from '#lib/login/driver'
import { defaultReturn, parseReturnTo, type ReturnUrl, resultUrl } from '#lib/oauth/return-url'
import { openTicket } from '#lib/oauth/ticket'
import { keepTransaction } from '#lib/oauth/transaction'
import { findProvider, type OfferedProvider } from '#lib/providers/provider'
import { currentUser } from '#lib/session'
import { logEvent } from '#lib/telemetry'
import { single } from '../query'
import { refuseMethod, seeOther } from '../redirect'

/**
 * Begins an attempt: `?return_to=URL[&scope=a b][&grant=ID]`, or with a SPA's `?ticket=`. Always answers
 * with a redirect.
 */
export async function GET(request: NextRequest, { params }: Context): Promise<Response> {
  const base = baseUrlFor(request.headers.get('host'))
  const attempt: Attempt = { base, returnTo: defaultReturn(base) }
  try {
    const provider = findProvider((await params).provider)
    attempt.provider = provider.id
    const ticket = single(request.nextUrl.searchParams, 'ticket', 'invalid_ticket')
    if (ticket !== undefined) return await beginByTicket(request, { provider, ticket, attempt })
    return await beginByClick(request, provider, base)
  } catch (error) {
    const code = codeOf(error)
    const { provider, returnTo } = attempt
    logEvent('warn', 'start_refused', { provider: provider ?? 'unknown', code, cause: error })
    return seeOther(resultUrl(returnTo, { provider, error: code }))
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

/** What is known of the attempt so far, and so where its end is told, if it ends here. */
type Attempt = { base: string; returnTo: { href: string }; provider?: string }

/** Somebody who is logged in here has clicked on a page of ours. */
async function beginByClick(
  request: NextRequest,
  provider: OfferedProvider,
  base: string,
): Promise<Response> {
  const query = request.nextUrl.searchParams
  const returnTo = parseReturnTo(single(query, 'return_to', 'invalid_return_to'), base)
  const scope = single(query, 'scope')
  const grant = single(query, 'grant')
  const confirm = confirmPath(provider.id, returnTo, base, { scope, grant })
  const user = await currentUser()
  if (!user) return seeOther(base + loginDriver().loginPath(confirm))
  if (!isOwnClick(request.headers)) return seeOther(base + confirm)
  const started = await start(user, { provider, returnTo, base, scope, grant })
  return leave(request, started)
}

/**
 * From another origin: no session is asked for and no confirm page shown, since what is begun here can
 * only be finished by the SPA, and for the user, that asked for the ticket.
 */
async function beginByTicket(
  request: NextRequest,
  given: { provider: OfferedProvider; ticket: string; attempt: Attempt },
): Promise<Response> {
  const { provider, attempt } = given
  if (!isNavigation(request.headers)) throw new GrantkeeperError('invalid_request')
  const ticket = await openTicket(given.ticket, provider.id)
  // Used before: who has it now may be anybody, and is not sent to the SPA.
  await spendTicket(ticket)
  attempt.returnTo = { href: ticket.return_to }
  return leave(request, await startWithTicket(ticket, { provider, base: attempt.base }))
}

async function leave(request: NextRequest, { transaction, location }: Started): Promise<Response> {
  return seeOther(location, await keepTransaction(request.headers.get('cookie'), transaction))
}

/**
 * True for a click on a page of ours. Everything else gets the confirm page: a link elsewhere, a
 * redirect, a prefetch, a frame (Fetch Metadata; a start that others can force links their account).
 */
function isOwnClick(headers: Headers): boolean {
  return headers.get('sec-fetch-site') === 'same-origin' && isNavigation(headers)
}

/** The confirm page with the same wish, built from what was validated and nothing else. */
function confirmPath(
  provider: string,
  returnTo: ReturnUrl,
  base: string,
  wish: { scope: string | undefined; grant: string | undefined },
): string {
  const { href } = returnTo
  const query = new URLSearchParams({
    return_to: href.startsWith(`${base}/`) ? href.slice(base.length) : href,
  })
  for (const [name, value] of Object.entries(wish)) if (value !== undefined) query.set(name, value)
  return `/integrations/connect/${provider}?${query}`
}
