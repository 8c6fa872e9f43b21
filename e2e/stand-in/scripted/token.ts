import type { Reply } from './answer.ts'
import type { Place, Visit } from './endpoints.ts'
import type { Issued, Policy } from './grants.ts'
import { idToken } from './id-token.ts'

/** RFC 6749 §4.1.3 and §6. */
export async function token(place: Place, { form, rule }: Visit): Promise<Reply> {
  const issued = grant(place, form, {
    rotate: rule.rotate ?? place.rotate,
    reuse: rule.reuse ?? place.reuse,
  })
  const isDead = issued === 'invalid_grant' && form.get('grant_type') === 'refresh_token'
  if (isDead && rule.dead) return { status: rule.dead.status, text: rule.dead.body }
  if (typeof issued === 'string') return { status: 400, json: { error: issued } }
  const { account, scope } = issued.family.consent
  const isOpenid = place.openid && scope.split(' ').includes('openid')
  return {
    status: 200,
    json: {
      access_token: issued.accessToken,
      token_type: 'Bearer',
      expires_in: issued.expiresIn,
      refresh_token: issued.refreshToken,
      scope,
      ...(isOpenid ? { id_token: await idToken(place, issued.family.consent, rule.id_token) } : {}),
      ...(place.openid ? {} : { user_id: account.sub, user_name: account.name }),
    },
  }
}

function grant({ grants }: Place, form: URLSearchParams, policy: Policy): Issued | string {
  const field = (name: string) => form.get(name) ?? ''
  if (form.get('grant_type') === 'refresh_token')
    return grants.refresh(field('refresh_token'), policy)
  if (form.get('grant_type') !== 'authorization_code') return 'unsupported_grant_type'
  return grants.redeem({
    code: field('code'),
    redirectUri: field('redirect_uri'),
    verifier: field('code_verifier'),
  })
}
