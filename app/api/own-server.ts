import { oncePerProcess } from '#lib/process'

/** What a server of our own needs of the build that it serves. */
export type Core = typeof import('./own-server-core.ts')

/**
 * Where `server.ts` says that it is there, before Next is prepared, and where the build, as it starts,
 * leaves its core: the two share one copy of all modules, and those of the build are compiled.
 */
export function ownServer(): { isHere: boolean; core?: Core } {
  return oncePerProcess('own server', () => ({ isHere: false }))
}
