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
  /** Access tokens, with the time at which they end. */
  accessTokens: Map<string, number>
  /** Refresh tokens, with the time of their first use. */
  refreshTokens: Map<string, number | undefined>
}

export type Issued = {
  family: Family
  accessToken: string
  /** Of the access token, in seconds. */
  expiresIn: number
  refreshToken: string
}

export type ScriptedGrants = ReturnType<typeof scriptedGrants>

/**
 * The honest memory behind the scripted endpoints. Failures are RFC 6749 §5.2 error codes.
 * @param life how long the access tokens live that are issued now, in seconds
 */
export function scriptedGrants(settings: ScriptedSettings, life: () => number) {
  const memory: Memory = { settings, life, codes: new Map(), families: [] }
  return {
    families: memory.families,
    code: (consent: Consent): string => code(memory, consent),
    redeem: (given: Redemption): Issued | string => redeem(memory, given),
    refresh: (token: string, policy: Policy): Issued | string => refresh(memory, token, policy),
    revoke: (token: string): void => revoke(memory, token),
    familyOf: (token: string): Family | undefined => familyOf(memory, token),
    /** Whether the provider would still take this access or refresh token. */
    isLive(token: string): boolean {
      const family = familyOf(memory, token)
      if (family?.isEnded !== false) return false
      const end = family.accessTokens.get(token)
      return end === undefined ? family.refreshTokens.get(token) === undefined : end > Date.now()
    },
  }
}

export type Policy = { rotate: boolean; reuse: Reuse }

type Redemption = { code: string; redirectUri: string; verifier: string }

type Memory = {
  settings: ScriptedSettings
  life: () => number
  codes: Map<string, { consent: Consent; family: Family | undefined }>
  families: Family[]
}

function code({ settings, codes }: Memory, consent: Consent): string {
  const value = secret('CODE', settings)
  codes.set(value, { consent, family: undefined })
  return value
}

function redeem(memory: Memory, given: Redemption): Issued | string {
  const { settings, codes, families } = memory
  const entry = codes.get(given.code)
  if (!entry) return 'invalid_grant'
  if (entry.family) {
    // RFC 6749 §4.1.2: a code that is used twice ends what came of it.
    entry.family.isEnded = true
    return 'invalid_grant'
  }
  const { consent } = entry
  entry.family = { consent, isEnded: false, accessTokens: new Map(), refreshTokens: new Map() }
  if (consent.redirectUri !== given.redirectUri) return 'invalid_grant'
  if (settings.pkce && s256(given.verifier) !== consent.challenge) return 'invalid_grant'
  families.push(entry.family)
  return issue(memory, entry.family)
}

function refresh(memory: Memory, token: string, { rotate, reuse }: Policy): Issued | string {
  const family = familyOf(memory, token)
  if (!family || family.isEnded || !family.refreshTokens.has(token)) return 'invalid_grant'
  const usedAt = family.refreshTokens.get(token)
  if (usedAt !== undefined && Date.now() - usedAt > graceOf(reuse)) {
    family.isEnded = true
    return 'invalid_grant'
  }
  if (rotate) family.refreshTokens.set(token, usedAt ?? Date.now())
  return issue(memory, family, rotate ? undefined : token)
}

function revoke(memory: Memory, token: string): void {
  const family = familyOf(memory, token)
  if (!family) return
  const { sub } = family.consent.account
  const ofAccount = memory.families.filter(({ consent }) => consent.account.sub === sub)
  for (const one of memory.settings.revoke === 'grant' ? ofAccount : [family]) one.isEnded = true
}

function familyOf({ families }: Memory, token: string): Family | undefined {
  return families.find(
    ({ accessTokens, refreshTokens }) => accessTokens.has(token) || refreshTokens.has(token),
  )
}

/** @param kept the refresh token that goes on being used, where it does not rotate */
function issue({ settings, life }: Memory, family: Family, kept?: string): Issued {
  const expiresIn = life()
  const accessToken = secret('AT', settings)
  const refreshToken = kept ?? secret('RT', settings)
  family.accessTokens.set(accessToken, Date.now() + expiresIn * 1000)
  if (!kept) family.refreshTokens.set(refreshToken, undefined)
  return { family, accessToken, expiresIn, refreshToken }
}

function secret(kind: string, { id }: ScriptedSettings): string {
  return `${kind}_cnry_${id}_${randomBytes(18).toString('base64url')}`
}

function graceOf(reuse: Reuse): number {
  return reuse === 'kill-family' ? -1 : Number(/\d+/.exec(reuse)?.[0]) * 1000
}

function s256(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}
