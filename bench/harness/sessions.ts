import { generateSessionCookie } from '@auth0/nextjs-auth0/testing'
import type { Settings } from '#e2e/settings'
import type { Person } from './grants.ts'

/** The Cookie header of each, as if they had logged in. */
export function sessions(env: Settings, people: readonly Person[]): Promise<string[]> {
  return Promise.all(people.map((person) => session(env, person)))
}

async function session({ AUTH0_SECRET = '' }: Settings, { sub }: Person): Promise<string> {
  const user = { sub, name: 'Ada Lovelace', email: 'ada@example.com' }
  const tokenSet = { accessToken: 'none', expiresAt: 4_000_000_000 }
  return `__session=${await generateSessionCookie({ user, tokenSet }, { secret: AUTH0_SECRET })}`
}
