import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { env } from './env.ts'
import { GrantkeeperError } from './errors.ts'
import type { KeyRing } from './settings/values.ts'

/**
 * Seals a token with AES-256-GCM, under the key with the highest number. It opens only in the same
 * context: another row, column, provider or version is refused. Only the canary chooses its `iv`.
 * @returns `gk1.{key number}.{base64url of IV, ciphertext, tag}`
 */
export function seal(
  plain: string,
  context: SealContext,
  ring: KeyRing = env().VAULT_KEYS,
  // Random, 96 bits (NIST SP 800-38D §8.2.2): good for 2^32 tokens a key.
  iv: Buffer = randomBytes(ivBytes),
): string {
  const number = Math.max(...ring.keys())
  const bytes = Buffer.from(plain, 'utf8')
  if (bytes.length < 1 || bytes.length > maxPlainBytes)
    throw new RangeError(`The vault seals 1 to ${maxPlainBytes} bytes`)
  const cipher = createCipheriv(algorithm, keyOf(ring, number), iv, { authTagLength: tagBytes })
  cipher.setAAD(boundTo(context, number))
  const sealed = Buffer.concat([iv, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
  return `${prefix}.${number}.${sealed.toString('base64url')}`
}

/**
 * Opens what `seal` made, in the context that it was sealed in. Nothing else is accepted: there is no
 * fall-back to plain text.
 * @throws {GrantkeeperError} credential_unreadable
 */
export function open(
  sealed: string,
  context: SealContext,
  ring: KeyRing = env().VAULT_KEYS,
): string {
  try {
    const { number, bytes } = parse(sealed)
    const iv = bytes.subarray(0, ivBytes)
    const decipher = createDecipheriv(algorithm, keyOf(ring, number), iv, {
      authTagLength: tagBytes,
    })
    decipher.setAAD(boundTo(context, number))
    decipher.setAuthTag(bytes.subarray(-tagBytes))
    const plain = decipher.update(bytes.subarray(ivBytes, -tagBytes))
    return Buffer.concat([plain, decipher.final()]).toString('utf8')
  } catch (cause) {
    throw new GrantkeeperError('credential_unreadable', { cause })
  }
}

/** The IV of a sealed value. It is what it was sealed with once the value opens, and not before. */
export function ivOf(sealed: string): Buffer {
  return parse(sealed).bytes.subarray(0, ivBytes)
}

/** What a sealed value is bound to. `version` is the grant's, as it is once the value is stored. */
export type SealContext = {
  grantId: string
  userId: string
  provider: string
  field: 'access_token' | 'refresh_token' | 'canary'
  version: number
}

const algorithm = 'aes-256-gcm'
const prefix = 'gk1'
const ivBytes = 12
const tagBytes = 16
const maxPlainBytes = 65_536

/** All lengths are checked here, before a key is touched. The causes quote nothing of the value. */
function parse(sealed: string): { number: number; bytes: Buffer } {
  const longest = Math.ceil(((ivBytes + maxPlainBytes + tagBytes) * 4) / 3) + 16
  if (typeof sealed !== 'string' || sealed.length > longest) throw new Error('not an envelope')
  const [, number, body] = /^gk1\.([1-9]\d{0,5})\.([A-Za-z0-9_-]+)$/.exec(sealed) ?? []
  if (!number || !body) throw new Error('not an envelope')
  const bytes = Buffer.from(body, 'base64url')
  if (bytes.length <= ivBytes + tagBytes) throw new Error('too short')
  // The last character of base64 may have unused bits: only one spelling of a value is taken.
  if (bytes.toString('base64url') !== body) throw new Error('not canonical')
  return { number: Number(number), bytes }
}

function keyOf(ring: KeyRing, number: number): KeyObject {
  const bytes = ring.get(number)
  if (!bytes) throw new Error(`key ${number} is not in the ring`)
  const key = known.get(bytes) ?? createSecretKey(bytes)
  known.set(bytes, key)
  return key
}

/** Made of its bytes for each token, a key would cost four times what opening the token does. */
const known = new WeakMap<Buffer, KeyObject>()

/** The additional data: each part with its length before it, so that no two contexts read alike. */
function boundTo(context: SealContext, number: number): Buffer {
  const { grantId, userId, provider, field, version } = context
  const parts = [prefix, grantId, userId, provider, field, String(version), String(number)]
  const bytes = Buffer.alloc(parts.reduce((sum, part) => sum + 4 + Buffer.byteLength(part), 0))
  let at = 0
  for (const part of parts) {
    const length = bytes.write(part, at + 4)
    at = bytes.writeUInt32BE(length, at) + length
  }
  return bytes
}
