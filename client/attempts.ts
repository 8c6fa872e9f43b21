/** What this tab remembers of an attempt while the user is away. */
export type Attempt = {
  /** Random: the name of the channel on which a popup tells how it ended. */
  id: string
  provider: string
  /** Proves that this browser began: only its S256 hash has left it (as in RFC 7636). */
  verifier: string
  /** The third party's name, where it was known. */
  name: string | undefined
  returnTo: string
  isPopup: boolean
  /** Milliseconds since 1970. */
  at: number
}

export function newAttempt(begun: Omit<Attempt, 'id' | 'verifier' | 'at'>): Attempt {
  return { ...begun, id: random(), verifier: random(), at: Date.now() }
}

/** In the place of an older one at the same provider: their answers could not be told apart. */
export function keepAttempt(storage: Storage, attempt: Attempt): void {
  storage.setItem(prefix + attempt.provider, JSON.stringify(attempt))
}

/** The attempt of this tab at a provider. It can be taken once. */
export function takeAttempt(storage: Storage, provider: string): Attempt | undefined {
  const kept = storage.getItem(prefix + provider)
  storage.removeItem(prefix + provider)
  const attempt: Attempt | undefined = kept ? JSON.parse(kept) : undefined
  return attempt && attempt.at > Date.now() - lifeMs ? attempt : undefined
}

/** S256 of the verifier. */
export async function challengeOf({ verifier }: Attempt): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  return base64url(new Uint8Array(digest))
}

const prefix = 'grantkeeper:'

/** Longer than Grantkeeper's own ten minutes, so that lateness is told by its code and not by ours. */
const lifeMs = 20 * 60_000

/** 256 bits. */
function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)))
}

function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes))
  return text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')
}
