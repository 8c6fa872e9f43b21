import type { NextApiRequest, NextApiResponse } from 'next'
import type { AuthOptions } from 'next-auth'
import { inTime } from '#lib/in-time'
import { cookieNames } from './oidc-options.ts'

/** One of next-auth's own routes, as we call it: `/api/auth/{action}/{provider}`. */
export type Call = {
  action: 'csrf' | 'signin' | 'callback' | 'session' | 'signout'
  method?: 'GET' | 'POST'
  /** The origin at which it shall think it is asked. */
  base: string
  cookies: Record<string, string>
  query?: Record<string, string>
  body?: Record<string, string>
}

/** What it answered. `cookies`: its Set-Cookie lines. */
export type Told = { cookies: string[]; location: string | undefined; body: unknown }

/**
 * Asks next-auth by hand, in the form that its own documentation has for advanced use: none of its routes
 * is reachable from outside but by what we hand on, and none of its pages is ever seen.
 * @throws {GrantkeeperError} `temporarily_unavailable` after 15 seconds
 */
export async function askNextAuth(options: AuthOptions, call: Call): Promise<Told> {
  const { default: nextAuth } = await import('next-auth')
  const told: Told = { cookies: [], location: undefined, body: undefined }
  await inTime(nextAuth(request(call), response(told), options), deadlineMs)
  return told
}

/** Its own deadline ends with the headers of an answer: an issuer could drip the rest for ever. */
const deadlineMs = 15_000

/** The same with a POST, and the CSRF token that next-auth gives us for it. @throws as `askNextAuth` */
export async function postToNextAuth(
  options: AuthOptions,
  call: Omit<Call, 'method'>,
): Promise<Told> {
  const { base, cookies, body } = call
  const { csrfToken: name } = cookieNames(base.startsWith('https:'))
  const { [name]: _, ...others } = cookies
  const proof = await askNextAuth(options, { action: 'csrf', base, cookies: others })
  const line = proof.cookies.find((one) => one.startsWith(`${name}=`)) ?? ''
  const value = decodeURIComponent(line.slice(name.length + 1).split(';', 1)[0] ?? '')
  const [csrfToken = ''] = value.split('|')
  return askNextAuth(options, {
    ...call,
    method: 'POST',
    cookies: { ...others, [name]: value },
    body: { ...body, csrfToken },
  })
}

function request({ action, method = 'GET', base, cookies, query = {}, body }: Call) {
  const { protocol, host } = new URL(base)
  return {
    ...{ method, cookies, body },
    query: { ...query, nextauth: [action, 'oidc'] },
    // Believed on Vercel alone, where it is each deployment's own; elsewhere NEXTAUTH_URL is.
    headers: { 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1) },
  } as unknown as NextApiRequest
}

/** As much of a response as next-auth uses. */
function response(told: Told) {
  const self = {
    status: () => self,
    getHeader: (name: string) => (name === 'Set-Cookie' ? told.cookies : undefined),
    setHeader(name: string, value: string | string[]) {
      if (name === 'Set-Cookie') told.cookies = [value].flat()
      if (name === 'Location') told.location = String(value)
      return self
    },
    json: (body: unknown) => void Object.assign(told, { body }),
    send: (body: unknown) => void Object.assign(told, { body }),
    end: () => {},
  }
  return self as unknown as NextApiResponse
}
