import { oncePerProcess } from '#lib/process'
import type * as core from './own-server-core.ts'

/** What a server of our own needs of the build that it serves. */
export type Core = typeof core

/**
 * Where `server.ts` says that it is there, before Next is prepared, and where the build, as it starts,
 * leaves its core: one copy of the path of a token, and compiled.
 */
export function ownServer(): { isHere: boolean; core?: Core } {
  return oncePerProcess('own server', () => ({ isHere: false }))
}
