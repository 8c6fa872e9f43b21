/** Where a provider sends its answers: what is registered there, byte by byte (RFC 9700 §4.1.3). */
export function redirectUri(base: string, provider: string): string {
  return `${base}/api/integrations/${provider}/callback`
}
