import type { Api } from './api.ts'
import type { Outcome } from './outcome.ts'

export type Options = {
  /** Where Grantkeeper answers, without a slash at its end: `https://api.example.com`. */
  baseUrl: string
  /** The user's access token for Grantkeeper's API, fresh (Auth0: `getAccessTokenSilently`). A TypeError counts as no network. */
  getAccessToken: () => Promise<string | undefined>
  /** The page that calls `complete`, exactly as in SPA_COMPLETION_URLS. Default: this page, without query. */
  completionUrl?: string
  /** What an attempt is kept in while the user is away. Default: `sessionStorage`, which is this tab's own. */
  storage?: Storage
}

/** What the parts of one client share. */
export type Context = Options & {
  api: Api
  /** What the third parties are called, as far as `list` has told. */
  names: Map<string, string>
  /** How the attempt ended that came back to this page: effects that run twice get it twice. */
  ending: Promise<Outcome>
  /** Tells whoever shows integrations that they may have changed. */
  changed: () => void
}
