/** How long a session lasts without being used, and at most, in seconds: the same for both drivers. */
export const sessionLife = { idleS: 24 * 3600, totalS: 3 * 24 * 3600 }

/** The name of the session's cookie. */
export function sessionName(isSecure: boolean): string {
  return isSecure ? '__Host-session' : '__session'
}

/**
 * Whether a Cookie header names a session twice, as browsers do when another host or path has set one of
 * them: which is ours, is open. Long sessions have several cookies, with a number behind the name.
 */
export function hasTwoSessions(header: string | null): boolean {
  const names = (header ?? '').split(';').map((pair) => pair.trim().split('=', 1)[0] ?? '')
  const sessions = names.filter((name) => /^__(Host-)?session((__|\.)\d+)?$/.test(name))
  return new Set(sessions).size < sessions.length
}

/** A claim as text: '' where it is none. */
export function text(claim: unknown): string {
  return typeof claim === 'string' ? claim : ''
}
