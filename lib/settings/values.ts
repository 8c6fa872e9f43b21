import { isIP } from 'node:net'
import { z } from 'zod'
import type { UrlPattern } from '../url-pattern.ts'

/** Keys by number. The highest number seals, all of them open. */
export type KeyRing = ReadonlyMap<number, Buffer>

/** A host that never leaves this machine. */
export function isLocal(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '127.0.0.1'
}

export const list = (value: string) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** Not a name: shells set HOST to that of the machine, or to something else. */
export const listenAddress = z
  .string()
  .refine(
    (value) => value === 'localhost' || isIP(value) !== 0,
    'is "localhost", or an IP address to listen on',
  )

export const milliseconds = (fallback: number) =>
  z.coerce.number().int().min(100).max(600_000).default(fallback)

export const patterns =
  (parse: (source: string) => UrlPattern) =>
  (value: string, context: z.RefinementCtx): UrlPattern[] =>
    list(value).flatMap((source) => {
      try {
        return [parse(source)]
      } catch (error) {
        context.addIssue((error as TypeError).message)
        return []
      }
    })

export const baseUrl = z.string().transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== value.replace(/\/$/, '')) {
    context.addIssue(`"${value}" is not an origin such as https://app.example.com (no path)`)
    return z.NEVER
  }
  return url.origin
})

export const completionUrl = z.string().superRefine((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isKept = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal(url.hostname))
  if (!url || !isKept || url.href !== value || /[#?]/.test(value) || url.username || url.password)
    context.addIssue(
      `"${value}" is not an https URL as a browser writes it, without query or fragment`,
    )
})

export const keyRing = z.string().transform((value, context): KeyRing => {
  const keys = new Map<number, Buffer>()
  for (const part of list(value)) {
    const [, number, encoded] = /^([1-9]\d{0,5}):([A-Za-z0-9+/]{43}=)$/.exec(part) ?? []
    const key = Buffer.from(encoded ?? '', 'base64')
    if (!number || key.length !== 32) {
      context.addIssue('each key is a number, a colon and 32 bytes in base64, as in 1:…=')
      return z.NEVER
    }
    if (keys.has(Number(number))) {
      context.addIssue(`key ${number} is there twice`)
      return z.NEVER
    }
    if (new Set(key).size < 8) {
      context.addIssue(`key ${number} is not random (a sample?); make one with npm run setup`)
      return z.NEVER
    }
    keys.set(Number(number), key)
  }
  if (keys.size === 0) context.addIssue('at least one key is needed; make one with npm run setup')
  return keys
})

/** Whether a URL may be http: on this machine, and where that is allowed. */
export function isAllowedHttp(
  { ALLOW_INSECURE_LOCALHOST: isAllowed }: { ALLOW_INSECURE_LOCALHOST: boolean },
  url: string,
): boolean {
  return isAllowed && URL.canParse(url) && isLocal(new URL(url).hostname)
}
