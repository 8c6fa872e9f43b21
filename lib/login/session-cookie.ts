/** How long a session lasts without being used, and at most, in seconds: the same for both drivers. */
export const sessionLife = { idleS: 24 * 3600, totalS: 3 * 24 * 3600 }

/** The name of the session's cookie. */
export function sessionName(isSecure: boolean): string {
  return isSecure ? '__Host-session' : '__session'
}

/** A claim as text: '' where it is none. */
export function text(claim: unknown): string {
  return typeof claim === 'string' ? claim : ''
}
