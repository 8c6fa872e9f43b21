import type { Options } from './context.ts'

/** What this tab remembers of an attempt while the user is away. */
export type Attempt = {
  /** Random: the name of the channel on which a popup tells how it ended. */
  id: string
  provider: string
  /** Proves that this browser began: only its S256 hash has left it (as in RFC 7636). */
  verifier: string
  /** The third party's name, where it was known. */
  name: string | undefined
  /** What was wished, for another try. */
  scope: string | undefined
  grant: string | undefined
  returnTo: string
  isPopup?: boolean
  /** Milliseconds since 1970. */
  at: number
}

export function newAttempt(begun: Omit<Attempt, 'id' | 'verifier' | 'at'>): Attempt {
  return { ...begun, id: random(), verifier: random() + random() + random(), at: Date.now() }
}

/** In the place of an older one at the same provider: their answers could not be told apart. */
export function keepAttempt(context: Options, attempt: Attempt): Blocked | undefined {
  const text = JSON.stringify(attempt)
  return using(context, (storage) => void storage.setItem(prefix + attempt.provider, text))
}

/** The attempt of this tab at a provider. It can be taken once, even one that is damaged. */
export function takeAttempt(context: Options, provider: string): Attempt | Blocked | undefined {
  return using(context, (storage) => {
    const kept = storage.getItem(prefix + provider) ?? 'null'
    storage.removeItem(prefix + provider)
    const attempt: Attempt | null = JSON.parse(kept)
    return attempt && attempt.at > Date.now() - lifeMs ? attempt : undefined
  })
}

/** S256 of the verifier. */
export async function challengeOf({ verifier }: Attempt): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  const text = btoa(String.fromCharCode(...new Uint8Array(digest)))
  return text.replace(/\+/g, '-').replace(/\//g, '_').replace('=', '')
}

type Blocked = 'storage_blocked'

/** A browser may forbid even to name its storage; that may be full, and what it kept be damaged. */
function using<T>({ storage }: Options, use: (storage: Storage) => T): T | Blocked {
  try {
    return use(storage ?? sessionStorage)
  } catch {
    return 'storage_blocked'
  }
}

const prefix = 'grantkeeper:'

/** Longer than Grantkeeper's own ten minutes, so that lateness is told by its code and not by ours. */
const lifeMs = 20 * 60_000

/** 122 bits, so that three are more than the 256 that RFC 7636 §7.1 asks for. */
function random(): string {
  return crypto.randomUUID()
}
