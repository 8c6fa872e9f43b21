import { createHash, randomBytes } from 'node:crypto'
import type { Account, Reuse, ScriptedSettings } from './options.ts'

/** What was asked at the authorization endpoint and consented to. */
export type Consent = {
  account: Account
  scope: string
  redirectUri: string
  challenge: string | undefined
  nonce: string | undefined
}

/** All tokens that came of one consent. */
export type Family = {
  consent: Consent
  isEnded: boolean
  accessTokens: Set<string>
  /** Refresh tokens, with the time of their first use. */
  refreshTokens: Map<string, number | undefined>
}

export type Issued = { family: Family; accessToken: string; refreshToken: string }

export type ScriptedGrants = ReturnType<typeof scriptedGrants>

/** The honest memory behind the scripted endpoints. Failures are RFC 6749 §5.2 error codes. */
export function scriptedGrants({ id, pkce, revoke: revokes }: ScriptedSettings) {
  const codes = new Map<string, { consent: Consent; family: Family | undefined }>()
  const families: Family[] = []
  const secret = (kind: string) => `${kind}_cnry_${id}_${randomBytes(18).toString('base64url')}`

  function issue(family: Family, kept?: string): Issued {
    const accessToken = secret('AT')
    const refreshToken = kept ?? secret('RT')
    family.accessTokens.add(accessToken)
    if (!kept) family.refreshTokens.set(refreshToken, undefined)
    return { family, accessToken, refreshToken }
  }

  function code(consent: Consent): string {
    const value = secret('CODE')
    codes.set(value, { consent, family: undefined })
    return value
  }

  function redeem(given: { code: string; redirectUri: string; verifier: string }): Issued | string {
    const entry = codes.get(given.code)
    if (!entry) return 'invalid_grant'
    if (entry.family) {
      // RFC 6749 §4.1.2: a code that is used twice ends what came of it.
      entry.family.isEnded = true
      return 'invalid_grant'
    }
    const { consent } = entry
    const family = {
      consent,
      isEnded: false,
      accessTokens: new Set<string>(),
      refreshTokens: new Map(),
    }
    entry.family = family
    if (consent.redirectUri !== given.redirectUri) return 'invalid_grant'
    if (pkce && s256(given.verifier) !== consent.challenge) return 'invalid_grant'
    families.push(family)
    return issue(family)
  }

  function refresh(token: string, policy: { rotate: boolean; reuse: Reuse }): Issued | string {
    const family = familyOf(token)
    if (!family || family.isEnded || !family.refreshTokens.has(token)) return 'invalid_grant'
    const usedAt = family.refreshTokens.get(token)
    if (usedAt !== undefined && Date.now() - usedAt > graceOf(policy.reuse)) {
      family.isEnded = true
      return 'invalid_grant'
    }
    if (policy.rotate) family.refreshTokens.set(token, usedAt ?? Date.now())
    return issue(family, policy.rotate ? undefined : token)
  }

  function revoke(token: string): void {
    const family = familyOf(token)
    if (!family) return
    const { sub } = family.consent.account
    const ended =
      revokes === 'grant' ? families.filter(({ consent }) => consent.account.sub === sub) : [family]
    for (const one of ended) one.isEnded = true
  }

  function familyOf(token: string): Family | undefined {
    return families.find(
      ({ accessTokens, refreshTokens }) => accessTokens.has(token) || refreshTokens.has(token),
    )
  }

  /** Whether the provider would still take this access or refresh token. */
  function isLive(token: string): boolean {
    const family = familyOf(token)
    return family !== undefined && !family.isEnded && family.refreshTokens.get(token) === undefined
  }

  return { code, redeem, refresh, revoke, familyOf, isLive, families }
}

function graceOf(reuse: Reuse): number {
  return reuse === 'kill-family' ? -1 : Number(/\d+/.exec(reuse)?.[0]) * 1000
}

function s256(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}
