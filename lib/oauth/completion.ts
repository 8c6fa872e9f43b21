import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { sealFor, unsealFor } from './seal.ts'
import { sealTransaction, type Transaction, unsealTransaction } from './transaction.ts'

/** A code that nobody has redeemed, and the attempt that it came back to. */
export type Completion = { transaction: Transaction; code: string }

/** A name for one completion: 256 random bits, of which only the hash is kept here. */
export function newHandle(): { handle: string; hash: string } {
  const handle = randomBytes(32).toString('base64url')
  return { handle, hash: hashOf(handle) }
}

export function hashOf(handle: string): string {
  return createHash('sha256').update(`handle ${handle}`).digest('base64url')
}

/** The code and its attempt as they wait in the database. */
export async function sealCompletion({ transaction, code }: Completion): Promise<string> {
  const sealed = { typ: 'completion', code, transaction: await sealTransaction(transaction) }
  return sealFor('completion', sealed)
}

/** What `sealCompletion` sealed, or undefined for everything else. */
export async function openCompletion(value: string): Promise<Completion | undefined> {
  const { success, data } = shape.safeParse(await unsealFor('completion', value))
  const transaction = success ? await unsealTransaction(data.transaction) : undefined
  return success && transaction ? { transaction, code: data.code } : undefined
}

/** Whether this is the verifier of the attempt's challenge (S256, as in RFC 7636 §4.6). */
export function isVerifierOf({ challenge = '' }: Transaction, verifier: string): boolean {
  const digest = createHash('sha256').update(verifier).digest()
  const expected = Buffer.from(challenge, 'base64url')
  return expected.length === digest.length && timingSafeEqual(expected, digest)
}

const shape = z.strictObject({
  typ: z.literal('completion'),
  code: z.string(),
  transaction: z.string(),
})
