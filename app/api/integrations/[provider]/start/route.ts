import type { NextRequest } from 'next/server'
import { baseUrlFor } from '#lib/env'
import { codeOf } from '#lib/errors'
import { start } from '#lib/integrations/start'
import { loginDriver } from '#lib/login/driver'
import { defaultReturn, parseReturnTo, type ReturnUrl, resultUrl } from '#lib/oauth/return-url'
import { keepTransaction } from '#lib/oauth/transaction'
import { findProvider } from '#lib/providers/provider'
import { currentUser } from '#lib/session'
import { logEvent } from '#lib/telemetry'
import { single } from '../query'
import { refuseMethod, seeOther } from '../redirect'

/** Begins an attempt: `?return_to=URL[&scope=a b][&grant=ID]`. Always answers with a redirect. */
export async function GET(request: NextRequest, { params }: Context): Promise<Response> {
  const base = baseUrlFor(request.headers.get('host'))
  const asked = (await params).provider
  let known: string | undefined
  try {
    const provider = findProvider(asked)
    known = provider.id
    const query = request.nextUrl.searchParams
    const returnTo = parseReturnTo(single(query, 'return_to', 'invalid_return_to'), base)
    const scope = single(query, 'scope')
    const grant = single(query, 'grant')
    const confirm = confirmPath(provider.id, returnTo, base, { scope, grant })
    const user = await currentUser()
    if (!user) return seeOther(base + loginDriver().loginPath(confirm))
    if (!isOwnClick(request.headers)) return seeOther(base + confirm)
    const { transaction, location } = await start(user, { provider, returnTo, base, scope, grant })
    return seeOther(location, await keepTransaction(request.headers.get('cookie'), transaction))
  } catch (error) {
    const code = codeOf(error)
    logEvent('warn', 'start_refused', { provider: known ?? 'unknown', code, cause: error })
    return seeOther(resultUrl(defaultReturn(base), { provider: known, error: code }))
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

/**
 * True for a click on a page of ours. Everything else gets the confirm page: a link elsewhere, a
 * redirect, a prefetch, a frame (Fetch Metadata; a start that others can force links their account).
 */
function isOwnClick(headers: Headers): boolean {
  const isPrefetch = ['purpose', 'sec-purpose', 'x-moz'].some((name) =>
    headers.get(name)?.includes('prefetch'),
  )
  const isRouter = ['rsc', 'next-router-prefetch', 'x-middleware-prefetch'].some((name) =>
    headers.has(name),
  )
  const destination = headers.get('sec-fetch-dest') ?? 'document'
  return (
    headers.get('sec-fetch-site') === 'same-origin' &&
    destination === 'document' &&
    !isPrefetch &&
    !isRouter
  )
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
