import { randomBytes } from 'node:crypto'
import { seal } from '#lib/vault'
import { seedGrant } from './seed.ts'
import { keyRing } from './settings.ts'
import type { World } from './world.ts'

type Values = Record<string, string | number | null>

/**
 * Writes grants of Alice at Acme into the database that Acme honours too: for tests that need more of
 * them than it is sensible to connect one by one. Only columns of the first release are written, the
 * others stay at their defaults. The access tokens have ended.
 * @param values laid over the columns
 * @returns the ids
 */
export async function seedLiveGrants(
  { env, rows, providers: { acme } }: World,
  count: number,
  values: Values = {},
): Promise<string[]> {
  const ring = keyRing(env.VAULT_KEYS ?? '')
  const [alice] = (await rows.all('users')).filter(({ sub }) => sub === 'auth0|alice')
  const ids: string[] = []
  for (let number = 0; number < count; number += 1) {
    const id = crypto.randomUUID()
    const { accessToken, refreshToken, accountId } = issueAt(acme, `many${number}`)
    const context = { grantId: id, userId: String(alice?.id), provider: 'acme', version: 1 }
    await seedGrant(rows, {
      id,
      account_id: accountId,
      scope: 'profile files.read',
      requested_scope: 'profile files.read',
      access_token: seal(accessToken, { ...context, field: 'access_token' }, ring),
      access_token_expires_at: Date.now() - 60_000,
      refresh_token: seal(refreshToken, { ...context, field: 'refresh_token' }, ring),
      ...values,
    })
    ids.push(id)
  }
  return ids
}

/** A consent of long ago, as the provider remembers it. */
function issueAt({ id, families }: World['providers']['acme'], name: string) {
  const secret = (kind: string) => `${kind}_cnry_${id}_${randomBytes(18).toString('base64url')}`
  const [accessToken, refreshToken] = [secret('AT'), secret('RT')]
  const account = { sub: `${id}_${name}`, name, email: `${name}@${id}.example` }
  families.push({
    consent: {
      account,
      scope: 'profile files.read',
      redirectUri: '',
      challenge: undefined,
      nonce: undefined,
    },
    isEnded: false,
    accessTokens: new Map([[accessToken, 0]]),
    refreshTokens: new Map([[refreshToken, undefined]]),
  })
  return { accessToken, refreshToken, accountId: account.sub }
}
