import { z } from 'zod'
import { env } from '#lib/env'
import { loginIssuer } from './issuer.ts'
import { hasTwoSessions, sessionLife, sessionName } from './session-cookie.ts'

/** What a session that next-auth has sealed says. */
export type OidcSession = z.output<typeof sessionSchema>

/** The session of a Cookie header, or null where there is none that can be opened and still lasts. */
export async function readOidcSession(
  cookie: string | null,
  isSecure: boolean,
): Promise<OidcSession | null> {
  const cookies = ownCookies(cookie)
  const cookieName = sessionName(isSecure)
  if (hasTwoSessions(cookie) || !Object.keys(cookies).some((name) => name.startsWith(cookieName)))
    return null
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
  name: z.string(),
  email: z.string(),
  /** When the user logged in: milliseconds since the epoch. */
  since: z.number(),
  /** When it was sealed last: seconds since the epoch. */
  iat: z.number(),
})

/** The cookies of a login and its session; of others next-auth needs to know nothing. */
export function ownCookies(header: string | null): Record<string, string> {
  const pairs = (header ?? '').split(';').map((pair) => {
    const [name = '', ...value] = pair.trim().split('=')
    return [name, decoded(value.join('='))] as const
  })
  return Object.fromEntries(pairs.filter(([name]) => own.test(name)))
}

const own = /^__(Host-)?(session(\.\d+)?|login_[a-z]+)$/

/** As browsers got them, encoded. What cannot be decoded was not set by us. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return ''
  }
}
