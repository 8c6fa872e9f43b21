import type { Settings } from './table.ts'
import { isLocal } from './values.ts'

/**
 * The variables, with `PORT` filled in where `APP_BASE_URL` is on this machine and names one: without a
 * proxy in between, no other port could be the right one.
 */
export function withOwnPort(given: Record<string, string>): Record<string, string> {
  const port = portOfBaseUrl(given.APP_BASE_URL?.split(',')[0]?.trim())
  return given.PORT || !port ? given : { ...given, PORT: port }
}

/** The port of a base URL at which the app itself can be: plain http on this machine. */
export function portOfBaseUrl(base = ''): string | undefined {
  const url = URL.parse(base)
  return url?.protocol === 'http:' && isLocal(url.hostname) ? url.port || undefined : undefined
}

/**
 * The addresses at which the server listens; undefined stands for every address of the machine. Browsers
 * look for `localhost` at ::1 and at 127.0.0.1: with one of them alone, another program could have the other.
 */
export function listensOn(env: Pick<Settings, 'HOST' | 'APP_BASE_URL'>): (string | undefined)[] {
  const { HOST = isForThisMachine(env) ? 'localhost' : '::' } = env
  if (HOST === '::') return [undefined]
  return HOST === 'localhost' ? ['127.0.0.1', '::1'] : [HOST]
}

/** Whether nobody but this machine can call the app by its addresses. */
export function isForThisMachine({ APP_BASE_URL }: Pick<Settings, 'APP_BASE_URL'>): boolean {
  return APP_BASE_URL.every((url) => isLocal(new URL(url).hostname))
}

/**
 * `Strict-Transport-Security` (RFC 6797) for every answer, where people reach the app by https. Not for a name
 * of this machine, whose other servers speak http. Subdomains are for the domain's owner to decide.
 */
export function strictTransport(env: Pick<Settings, 'APP_BASE_URL'>): Record<string, string> {
  const isSecure = env.APP_BASE_URL.every((url) => url.startsWith('https:'))
  if (!isSecure || isForThisMachine(env)) return {}
  return { 'strict-transport-security': `max-age=${365 * 24 * 60 * 60}` }
}
