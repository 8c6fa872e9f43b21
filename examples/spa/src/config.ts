/** What differs from one place to another: served beside the page, so that one build runs anywhere. */
export type Config = {
  /** What this app calls itself. */
  name: string
  /** Grantkeeper's URL. */
  grantkeeperUrl: string
  /** The Auth0 tenant, this application there, and the API of Grantkeeper that its tokens are for. */
  auth0: { domain: string; clientId: string; audience: string }
}

export async function loadConfig(): Promise<Config> {
  const response = await fetch('/config.json')
  if (!response.ok) throw new Error(`/config.json answered ${response.status}`)
  return response.json()
}
