import * as oauth from 'oauth4webapi'
import { env } from '#lib/env'
import type { OfferedProvider } from '#lib/providers/provider'
import { quirks, type WirePlace } from '#lib/providers/quirks'
import { conform } from './conform.ts'
import { callThirdParty, type Lane } from './outbound.ts'

/**
 * The options with which `oauth4webapi` talks to a provider: the guarded call, and the provider's
 * quirk on both sides of it, so that all code after the wire sees the standard.
 */
export function wire(
  provider: OfferedProvider,
  endpoint: WirePlace['endpoint'],
  lane: Lane = 'people',
) {
  const quirk = provider.quirk ? quirks[provider.quirk] : undefined
  const place: WirePlace = { endpoint, client: provider.client }
  const wireFetch = async (url: string, { method, headers, body }: WireInit): Promise<Response> => {
    const asked = {
      url,
      method,
      headers: new Headers(headers),
      body: body === undefined || body === null ? undefined : String(body),
    }
    const answered = await callThirdParty(quirk?.request?.(asked, place) ?? asked, lane)
    const standard = endpoint === 'token' ? conform(answered) : answered
    const final = quirk?.response?.(standard, place) ?? standard
    const isEmpty = final.status === 204 || final.status === 304
    return new Response(isEmpty ? null : final.body, final)
  }
  return {
    [oauth.customFetch]: wireFetch,
    [oauth.allowInsecureRequests]: env().ALLOW_INSECURE_LOCALHOST,
  }
}

type WireInit = { method: string; headers: Record<string, string>; body?: unknown }
