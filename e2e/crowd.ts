import { createHash, randomUUID } from 'node:crypto'
import { expect } from 'playwright/test'
import { seal } from '#lib/vault'
import { macOf } from '#lib/vault-mac'
import { approve } from './flow.ts'
import type { Scripted } from './stand-in/scripted.ts'
import type { World } from './world.ts'

export type Member = { sub: string; account: string; grant: string }

/**
 * Many users with a grant at acme each, written as the app would have: logging in so many would take
 * minutes. Their tokens are real: each comes of a consent and an exchange at the provider.
 */
export async function crowd(world: World, count: number): Promise<Member[]> {
  const { rows, providers, env, appUrl, login } = world
  const ring = new Map([[1, Buffer.from((env.VAULT_KEYS ?? '').slice(2), 'base64')]])
  const members: Member[] = []
  for (let n = 0; n < count; n += 1) {
    const member = { sub: `auth0|crowd${n}`, account: `acme_crowd${n}`, grant: randomUUID() }
    const tokens = await tokensOf(providers.acme, `crowd${n}`, appUrl)
    const userId = randomUUID()
    const place = { grantId: member.grant, userId, provider: 'acme', version: 1 }
    const access = seal(tokens.access_token, { ...place, field: 'access_token' }, ring)
    const refresh = seal(tokens.refresh_token, { ...place, field: 'refresh_token' }, ring)
    const now = Date.now()
    const mac = macOf('user', [userId, `${login.url}/`, member.sub, ''], ring)
    await rows.execute(
      `insert into users (id, issuer, sub, mac, created_at, seen_at)
       values ('${userId}', '${login.url}/', '${member.sub}', '${mac}', ${now}, ${now})
       on conflict do nothing`,
    )
    await rows.execute(
      `insert into grants (id, user_id, provider, account_id, account_label, status, scope,
         access_token, access_token_expires_at, refresh_token, connected_at, created_at, updated_at)
       values ('${member.grant}', '${userId}', 'acme', '${member.account}', '', 'active',
         '${tokens.scope}', '${access}', ${now + 3_600_000}, '${refresh}', ${now}, ${now}, ${now})`,
    )
    members.push(member)
  }
  return members
}

/** From now on, every access token of theirs has run out. */
export async function expireAll({ rows }: World): Promise<void> {
  const expire = () =>
    rows.execute(`update grants set access_token_expires_at = ${Date.now() - 60_000}`)
  // The app stores who used what meanwhile, row by row: on Postgres that may be a deadlock.
  await expect(expire).toPass()
}

async function tokensOf(
  { url, client, id }: Scripted,
  account: string,
  appUrl: string,
): Promise<{ access_token: string; refresh_token: string; scope: string }> {
  const verifier = 'v'.repeat(43)
  const redirect_uri = `${appUrl}/api/integrations/${id}/callback`
  const query = new URLSearchParams({
    ...{ client_id: client.id, redirect_uri, response_type: 'code', state: 's' },
    scope: 'profile files.read',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const callback = await approve(new URL(`${url}/authorize?${query}`), account)
  const body = new URLSearchParams({
    ...{ grant_type: 'authorization_code', redirect_uri, code_verifier: verifier },
    code: callback.searchParams.get('code') ?? '',
    ...{ client_id: client.id, client_secret: client.secret },
  })
  const response = await fetch(`${url}/token`, { method: 'POST', body })
  if (!response.ok) throw new Error(`acme refused the code of ${account}: ${response.status}`)
  return response.json()
}
