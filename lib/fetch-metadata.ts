/**
 * Whether a page of ours caused this request (Fetch Metadata). Browsers from before 2023, and all of them at
 * plain http, do not say; then the page is believed which they name as origin or referrer, and no page can
 * name another. What names none is not from here.
 * @param base this deployment's own origin
 */
export function isFromHere(headers: Headers, base: string): boolean {
  const site = headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const page = headers.get('origin') ?? headers.get('referer') ?? ''
  return URL.parse(page)?.origin === base
}

/** A page that a person opens: no prefetch, no frame, no image. */
export function isNavigation(headers: Headers): boolean {
  const isPrefetch = ['purpose', 'sec-purpose', 'x-moz'].some((name) =>
    headers.get(name)?.includes('prefetch'),
  )
  const isRouter = ['rsc', 'next-router-prefetch', 'x-middleware-prefetch'].some((name) =>
    headers.has(name),
  )
  return (headers.get('sec-fetch-dest') ?? 'document') === 'document' && !isPrefetch && !isRouter
}
