/** On every answer of this app, of pages too. */
export const everywhere: Record<string, string> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
}

/** Besides, on every answer of the API. */
export const ofApi: Record<string, string> = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
}
