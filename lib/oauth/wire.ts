import * as oauth from 'oauth4webapi'
import { env } from '#lib/env'
import type { OfferedProvider } from '#lib/providers/provider'
import {
  quirksOf,
  type WirePlace,
  type WireRequest,
  type WireResponse,
} from '#lib/providers/quirks'
import { conform, conformUserinfo, salvaged } from './conform.ts'
import { maxAnswerBytes } from './members.ts'
import { callThirdParty, type Lane } from './outbound.ts'

/**
 * The options with which `oauth4webapi` talks to a provider: the guarded call, and the provider's
 * quirks on both sides of it, so that all code after the wire sees the standard.
 * @param sent the refresh token that is on the way, if one is: then nothing of the answer is lost
 * @param heard is given each answer as the provider sent it: a quirk must not hide what the entry reads
 */
export function wire(
  provider: OfferedProvider,
  endpoint: WirePlace['endpoint'],
  {
    lane = 'people',
    sent,
    heard,
  }: { lane?: Lane; sent?: string; heard?: (answer: WireResponse) => void } = {},
) {
  const quirks = quirksOf(provider)
  const place: WirePlace = { endpoint, client: provider.client }
  // What is parsed with care is capped first: parsing costs more than receiving.
  const maxBytes = endpoint === 'metadata' ? undefined : maxAnswerBytes
  const reading = { ...(maxBytes && { maxBytes }), isLenient: sent !== undefined }
  const wireFetch = async (url: string, { method, headers, body }: WireInit): Promise<Response> => {
    const plain: WireRequest = {
      url,
      method,
      headers: new Headers(headers),
      body: body === undefined || body === null ? undefined : String(body),
    }
    const asked = quirks.reduce(
      (request, quirk) => quirk.request?.(request, place) ?? request,
      plain,
    )
    const answered = await callThirdParty(asked, lane, reading)
    heard?.(answered)
    const read = quirks.reduce(
      (response, quirk) => quirk.response?.(response, place) ?? response,
      standard(answered, endpoint, sent),
    )
    const final = sent === undefined ? read : salvaged(read, answered, sent)
    const isEmpty = final.status === 204 || final.status === 304
    return new Response(isEmpty ? null : final.body, final)
  }
  return {
    [oauth.customFetch]: wireFetch,
    [oauth.allowInsecureRequests]: env().ALLOW_INSECURE_LOCALHOST,
  }
}

function standard(
  answered: WireResponse,
  endpoint: WirePlace['endpoint'],
  sent: string | undefined,
): WireResponse {
  if (endpoint === 'token') return conform(answered, sent)
  return endpoint === 'userinfo' ? conformUserinfo(answered) : answered
}

type WireInit = { method: string; headers: Record<string, string>; body?: unknown }
