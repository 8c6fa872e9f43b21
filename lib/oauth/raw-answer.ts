import type { WireResponse } from '#lib/providers/quirks'
import { readMembersOrList } from './members.ts'

/** What an answer holds, as its sender wrote it. */
export type Read = {
  /** The members of an object, of a list by their indexes, or of a form; or a short plain text. */
  body: unknown
  isEmpty: boolean
  /** A page for people in place of an answer: from a gate in front of it, or from a wrong address. */
  isPage: boolean
}

/** Whatever it says, it says nothing of the token: 5xx, 408, 425 and 429. */
export function isOutage(status: number): boolean {
  return status >= 500 || [408, 425, 429].includes(status)
}

/** @param fallback the body as the wire made it, where the answer itself is not at hand */
export function readAsSent(heard: WireResponse | undefined, fallback: unknown): Read {
  if (!heard) return { body: fallback, isEmpty: fallback === undefined, isPage: false }
  const text = heard.body.replace(/^\uFEFF/, '').trim()
  if (text === '') return { body: undefined, isEmpty: true, isPage: false }
  const parsed = readMembersOrList(heard)
  if (parsed !== undefined) return { body: parsed, isEmpty: false, isPage: false }
  const isPage = text.includes('<') || text.length > longestText
  return { body: isPage ? undefined : text, isEmpty: false, isPage }
}

const longestText = 500
