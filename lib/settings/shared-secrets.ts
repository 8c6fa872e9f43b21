/** The secrets of a deployment, as `lib/env.ts` read them. */
type Secrets = {
  VAULT_KEYS: ReadonlyMap<number, Buffer>
  TRANSACTION_KEYS: ReadonlyMap<number, Buffer>
  RELAY_KEYS?: ReadonlyMap<number, Buffer> | undefined
  AUTH0_SECRET: string
  AUTH0_CLIENT_SECRET: string
  NEXTAUTH_SECRET?: string | undefined
  OIDC_CLIENT_SECRET?: string | undefined
  CRON_SECRET?: string | undefined
}

/**
 * One sentence for each secret that serves two purposes: what was sealed for the one could open as
 * the other, and a third party that is told the one would know the other.
 * @param given all variables as they were set, with the clients' secrets at providers
 */
export function* sharedSecrets(
  secrets: Secrets,
  given: Record<string, string | undefined>,
): Generator<string> {
  const own = [...secrets.VAULT_KEYS.values(), ...secrets.TRANSACTION_KEYS.values()]
  const relay = [...(secrets.RELAY_KEYS?.values() ?? [])]
  yield* sharedKeys(own, relay)
  const rings = [given.VAULT_KEYS, given.TRANSACTION_KEYS, given.RELAY_KEYS]
  const taken = new Set([...rings, ...[...own, ...relay].flatMap(spellings)])
  const isTaken = (secret: string) => taken.has(secret) || taken.has(secret.toLowerCase())
  for (const name of ownNames) {
    const secret = secrets[name]
    if (!secret) continue
    if (isTaken(secret)) yield complaint(name)
    taken.add(secret)
  }
  // Two clients may share a secret with each other; with what never leaves here they may not.
  for (const [name, secret] of Object.entries(given))
    if (
      /_CLIENT_SECRET$/.test(name) &&
      !ownNames.some((own) => own === name) &&
      secret &&
      isTaken(secret)
    )
      yield complaint(name)
}

/** In this order: which of two is complained of. */
const ownNames = [
  'AUTH0_SECRET',
  'NEXTAUTH_SECRET',
  'CRON_SECRET',
  'AUTH0_CLIENT_SECRET',
  'OIDC_CLIENT_SECRET',
] as const

/** The relay's keys are known to previews too: what they open must be nothing of this deployment. */
function* sharedKeys(own: Buffer[], relay: Buffer[]): Generator<string> {
  if (hasTwice(own))
    yield 'TRANSACTION_KEYS and VAULT_KEYS share a key, or hold one twice: each needs its own'
  if (hasTwice(relay) || relay.some((key) => own.some((other) => other.equals(key))))
    yield 'RELAY_KEYS share a key with another setting, or hold one twice: each needs its own'
}

function hasTwice(keys: Buffer[]): boolean {
  return new Set(keys.map((key) => key.toString('hex'))).size < keys.length
}

/** A key as somebody may have pasted it elsewhere. */
function spellings(key: Buffer): string[] {
  return (['base64', 'base64url', 'hex'] as const).map((encoding) => key.toString(encoding))
}

const complaint = (name: string) => `${name} is also used for something else: each needs its own`
