/** What a link to begin a connection may carry. `grant`: reconnect this one. */
type Start = { returnTo: string; grant?: string | undefined; scope?: string | undefined }

/** The page of one integration. */
export function pageOf(provider: string): string {
  return `/integrations/${encodeURIComponent(provider)}`
}

/** The link that begins a connection. */
export function startLink(provider: string, start: Start): string {
  return `/api/integrations/${encodeURIComponent(provider)}/start?${queryOf(start)}`
}

/** The page that asks first. */
export function confirmLink(provider: string, start: Start): string {
  return `/integrations/connect/${encodeURIComponent(provider)}?${queryOf(start)}`
}

function queryOf({ returnTo, grant, scope }: Start): URLSearchParams {
  return new URLSearchParams({
    return_to: returnTo,
    ...(scope && { scope }),
    ...(grant && { grant }),
  })
}
