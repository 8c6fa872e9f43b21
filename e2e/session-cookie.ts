import { generateSessionCookie } from '@auth0/nextjs-auth0/testing'
import { type Visitor, visitor } from './browser-client.ts'
import type { World } from './world.ts'

/** Somebody logged in without a login: for worlds whose login issuer cannot be reached. */
export async function signedInVisitor({ appUrl, env }: World, user: string): Promise<Visitor> {
  const one = visitor({ name: user, appUrl })
  const session = {
    user: { sub: `auth0|${user}`, name: user, email: `${user}@example.com` },
    tokenSet: { accessToken: 'none', expiresAt: 4_000_000_000 },
  }
  const value = await generateSessionCookie(session, { secret: env.AUTH0_SECRET ?? '' })
  const secure = appUrl.startsWith('https:') ? '; Secure' : ''
  const line = `${sessionCookie({ appUrl })}=${value}; Path=/; HttpOnly${secure}`
  one.jar.store([line], new URL(appUrl))
  return one
}

/** The name of the cookie that says who is logged in. */
export function sessionCookie({ appUrl }: Pick<World, 'appUrl'>): string {
  return appUrl.startsWith('https:') ? '__Host-session' : '__session'
}
