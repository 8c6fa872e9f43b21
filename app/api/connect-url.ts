/** The page of this app where a user can connect a provider, or one grant of theirs again. */
export function connectUrl(base: string, provider: string, grant?: string): string {
  const query = grant === undefined ? '' : `?${new URLSearchParams({ grant })}`
  return `${base}/integrations/connect/${encodeURIComponent(provider)}${query}`
}
