export type ScriptedOptions = {
  /** Also part of every secret that this instance issues: `RT_cnry_{id}_…`. */
  id: string
  port?: number
  client?: { id: string; secret: string }
  redirectUris: readonly string[]
  /** Sends and advertises `iss` (RFC 9207). */
  iss?: boolean
  /** Demands and checks PKCE S256; false: ignores it. */
  pkce?: boolean
  /** ID tokens and userinfo; false: `user_id` and `user_name` in the token response. */
  openid?: boolean
  rotate?: boolean
  /** What a used refresh token does: end the family, or work on for a while. */
  reuse?: Reuse
  /** What revoking a token ends: its own family, or all that the account gave this client. */
  revoke?: 'token' | 'grant'
  /** How long access tokens live, in seconds. */
  expiresIn?: number
  /** Does not look at redirect_uri at the authorization endpoint. */
  lax?: boolean
}

export type Reuse = 'kill-family' | `grace:${number}s`

/** An account at the provider: who consents. */
export type Account = { sub: string; name: string; email: string }

export type ScriptedSettings = Required<ScriptedOptions> & { url: string }

export function withDefaults(options: ScriptedOptions): Required<ScriptedOptions> {
  return {
    port: 0,
    client: { id: `grantkeeper-at-${options.id}`, secret: `SECRET_cnry_${crypto.randomUUID()}` },
    iss: true,
    pkce: true,
    openid: true,
    rotate: true,
    reuse: 'kill-family',
    revoke: 'token',
    expiresIn: 3600,
    lax: false,
    ...options,
  }
}

/** The account of a short name, such as `mallory`: `{id}_mallory`. */
export function accountNamed(id: string, name: string): Account {
  const display = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`
  return { sub: `${id}_${name}`, name: display, email: `${name}@${id}.example` }
}
