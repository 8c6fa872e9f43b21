/**
 * Fetches and follows redirects within the same origin alone, two at most: some issuers add a slash to the
 * address of their metadata (django-oauth-toolkit before 2.0). Another origin would be another issuer.
 */
export async function followHere(url: string, init: RequestInit, hops = 2): Promise<Response> {
  const response = await fetch(url, { ...init, redirect: 'manual' })
  const location = response.headers.get('location')
  if (response.status < 300 || response.status > 399 || location === null) return response
  const target = URL.parse(location, url)
  await response.body?.cancel()
  if (hops === 0 || target?.origin !== new URL(url).origin) throw new Error('redirected elsewhere')
  return followHere(target.href, init, hops - 1)
}
