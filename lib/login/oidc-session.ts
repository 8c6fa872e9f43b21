import { z } from 'zod'
import { env } from '#lib/env'
import { loginCookies } from '#lib/own-cookies'
import { loginIssuer } from './issuer.ts'
import { sessionLife, sessionName } from './session-cookie.ts'

/** What a session that next-auth has sealed says. */
export type OidcSession = z.output<typeof sessionSchema>

/** The session of a Cookie header, or null where there is none that can be opened and still lasts. */
export async function readOidcSession(
  cookie: string | null,
  isSecure: boolean,
): Promise<OidcSession | null> {
  const cookies = loginCookies(cookie)
  const cookieName = sessionName(isSecure)
  if (!Object.keys(cookies).some((name) => name.startsWith(cookieName))) return null
  const { getToken } = await import('next-auth/jwt')
  const { NEXTAUTH_SECRET: secret } = env()
  const req = { cookies, headers: {} } as never
  const token = await getToken({ req, secret, cookieName, secureCookie: isSecure })
  const { success, data } = sessionSchema.safeParse(token)
  if (!success || data.issuer !== loginIssuer()) return null
  if (Date.now() > data.since + 1000 * sessionLife.totalS) return null
  return data
}

const sessionSchema = z.object({
  issuer: z.string(),
  sub: z.string().min(1),
  org: z.string(),
  sid: z.string(),
  /** Our own name for it; sessions from before have none. */
  id: z.string().default(''),
  name: z.string(),
  email: z.string(),
  /** When the user logged in: milliseconds since the epoch. */
  since: z.number(),
  /** When it was sealed last: seconds since the epoch. */
  iat: z.number(),
})
