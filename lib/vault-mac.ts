import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto'
import { env } from './env.ts'
import { oncePerProcess } from './process.ts'
import type { KeyRing } from './settings/values.ts'
import { vouchingKey } from './vault-canary.ts'

/** What a MAC is for: each use has a key of its own, so that none can stand for another. */
export type MacPurpose = 'user' | 'api key' | 'api key rights'

/**
 * The vault's word for some text: an HMAC-SHA256 under a key that HKDF (RFC 5869) derives from the vault's key
 * that vouches. Only this process and its like can make one; the database cannot.
 * @param ring in place of the settings': then its highest key makes it
 * @returns `m1.{key number}.{base64url}`
 */
export function macOf(purpose: MacPurpose, parts: readonly string[], ring?: KeyRing): string {
  return ring
    ? macWith(Math.max(...ring.keys()), purpose, parts, ring)
    : macWith(vouchingKey(), purpose, parts, env().VAULT_KEYS)
}

/**
 * A keyed hash by which a secret is found again without being stored: in hex, with each key of the ring, that
 * which vouches first.
 */
export function hashesOf(purpose: MacPurpose, text: string): string[] {
  const ring = env().VAULT_KEYS
  const first = vouchingKey()
  const others = [...ring.keys()].filter((number) => number !== first)
  return [first, ...others].map((number) => digest(number, purpose, [text], ring).toString('hex'))
}

/** Whether the vault has given its word for these parts, with any of its keys. */
export function isMacOf(
  mac: string | null,
  purpose: MacPurpose,
  parts: readonly string[],
  ring: KeyRing = env().VAULT_KEYS,
): boolean {
  const number = numberOf(mac)
  if (mac === null || !ring.has(number)) return false
  const told = joined(purpose, parts)
  const verified = oncePerProcess('verified macs', (): Map<string, string> => new Map())
  if (ring === env().VAULT_KEYS && verified.get(mac) === told) return true
  const expected = Buffer.from(macWith(number, purpose, parts, ring))
  const given = Buffer.from(mac)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false
  if (ring === env().VAULT_KEYS) remember(verified, mac, told)
  return true
}

/** Whether a MAC was made with a key before the one that makes them now. */
export function isOutdated(mac: string): boolean {
  return numberOf(mac) < vouchingKey()
}

function numberOf(mac: string | null): number {
  return Number(/^m1\.([1-9]\d{0,5})\./.exec(mac ?? '')?.[1])
}

/** A vend checks two, of the same users and keys over and over: comparing texts costs less than a hash. */
const mostRemembered = 10_000

function remember(verified: Map<string, string>, mac: string, told: string): void {
  const [oldest] = verified.keys()
  if (verified.size >= mostRemembered && oldest !== undefined) verified.delete(oldest)
  verified.set(mac, told)
}

function macWith(
  number: number,
  purpose: MacPurpose,
  parts: readonly string[],
  ring: KeyRing,
): string {
  return `m1.${number}.${digest(number, purpose, parts, ring).toString('base64url')}`
}

function digest(
  number: number,
  purpose: MacPurpose,
  parts: readonly string[],
  ring: KeyRing,
): Buffer {
  return createHmac('sha256', keyOf(ring, number, purpose))
    .update(joined(purpose, parts))
    .digest()
}

/** With its length before each part, so that no two lists read alike. */
function joined(purpose: MacPurpose, parts: readonly string[]): string {
  return [purpose, ...parts].map((part) => `${part.length}:${part}`).join('')
}

function keyOf(ring: KeyRing, number: number, purpose: MacPurpose): KeyObject {
  const bytes = ring.get(number)
  if (!bytes) throw new Error(`key ${number} is not in the ring`)
  const keys = derived.get(bytes) ?? new Map<MacPurpose, KeyObject>()
  derived.set(bytes, keys)
  const key = keys.get(purpose) ?? derive(bytes, purpose)
  keys.set(purpose, key)
  return key
}

const derived = new WeakMap<Buffer, Map<MacPurpose, KeyObject>>()

/** The vault's keys are random: HKDF needs no salt. */
function derive(bytes: Buffer, purpose: MacPurpose): KeyObject {
  const info = `grantkeeper mac: ${purpose}`
  return createSecretKey(Buffer.from(hkdfSync('sha256', bytes, '', info, 32)))
}
