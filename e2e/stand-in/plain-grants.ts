import type { PlainUser } from './plain-pages.ts'

export type PlainGrant = { user: PlainUser; refreshToken: string }

export type PlainGrants = {
  code: (consent: { user: PlainUser; redirectUri: string }) => string
  redeem: (given: { code: string; redirectUri: string }) => PlainGrant | undefined
  ofRefreshToken: (token: string) => PlainGrant | undefined
  ofAccessToken: (token: string) => PlainGrant | undefined
  accessToken: (grant: PlainGrant) => string
  isConnected: (user: PlainUser) => boolean
  /** What the user does at the provider itself. */
  end: (user: PlainUser) => void
}

/** What Plain Notes remembers: codes that work once, and tokens that only the user ends. */
export function plainGrants(): PlainGrants {
  const codes = new Map<string, { user: PlainUser; redirectUri: string }>()
  const byRefreshToken = new Map<string, PlainGrant>()
  const byAccessToken = new Map<string, PlainGrant>()
  return {
    code(consent) {
      const code = crypto.randomUUID()
      codes.set(code, consent)
      return code
    },
    redeem({ code, redirectUri }) {
      const consent = codes.get(code)
      codes.delete(code)
      if (!consent || consent.redirectUri !== redirectUri) return undefined
      const grant = { user: consent.user, refreshToken: `plain_rt_${crypto.randomUUID()}` }
      byRefreshToken.set(grant.refreshToken, grant)
      return grant
    },
    ofRefreshToken: (token) => byRefreshToken.get(token),
    ofAccessToken: (token) => byAccessToken.get(token),
    accessToken(grant) {
      const token = `plain_at_${crypto.randomUUID()}`
      byAccessToken.set(token, grant)
      return token
    },
    isConnected: ({ id }) => byRefreshToken.values().some(({ user }) => user.id === id),
    end({ id }) {
      for (const tokens of [byRefreshToken, byAccessToken])
        for (const [token, { user }] of tokens) if (user.id === id) tokens.delete(token)
    },
  }
}
