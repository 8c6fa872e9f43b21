import type { NextRequest } from 'next/server'
import { baseUrlFor } from '#lib/env'
import { codeOf, GrantkeeperError } from '#lib/errors'
import { readAuthorizationResponse } from '#lib/oauth/authorization'
import { handOn } from '#lib/oauth/relay'
import { defaultReturn, resultUrl } from '#lib/oauth/return-url'
import { offeredProviders, providerId } from '#lib/providers/provider'
import { logEvent } from '#lib/telemetry'
import { refuseMethod, seeOther } from '../redirect'

/**
 * The redirection endpoint of previews, on the stable deployment: hands a response on to the preview that
 * began. It asks for no login and reads no cookie, and of the headers only which of our own hosts was called.
 */
export async function GET(request: NextRequest, { params }: Context): Promise<Response> {
  const { provider } = await params
  try {
    // A preview may have providers that this deployment does not offer.
    if (!providerId.test(provider)) throw new GrantkeeperError('unknown_provider')
    const response = readAuthorizationResponse(request.nextUrl.searchParams)
    return seeOther(await handOn(provider, response))
  } catch (error) {
    const code = codeOf(error)
    const known = offeredProviders().find(({ id }) => id === provider)?.id
    logEvent('warn', 'relay_refused', { provider: known ?? 'unknown', code, cause: error })
    const returnTo = defaultReturn(baseUrlFor(request.headers.get('host')))
    return seeOther(resultUrl(returnTo, { provider: known, error: code }))
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
