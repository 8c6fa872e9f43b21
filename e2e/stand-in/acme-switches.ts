import type Provider from 'oidc-provider'

/** How Acme treats its token endpoint and its API. */
export type AcmeMood = 'normal' | 'failing' | 'slow' | 'refusing' | 'limiting'

/** A refresh as Acme saw it: `fresh tokens`, or the error that it answered with. */
export type AcmeRefresh = { at: Date; outcome: string }

export type AcmeSwitches = {
  mood: () => AcmeMood
  behave: (mood: AcmeMood) => void
  /** How long the access tokens live that are given from now on, in seconds. */
  tokenLife: () => number
  tokensLive: (seconds: number) => void
  /** The last refreshes, the newest first. */
  refreshes: () => readonly AcmeRefresh[]
  /** Notes the outcome of a refresh that never reached the honest endpoint. */
  sawRefresh: (outcome: string) => void
}

/** What can be switched at Acme while it runs. It starts well, with tokens for an hour. */
export function acmeSwitches(): AcmeSwitches {
  let mood: AcmeMood = 'normal'
  let tokenLife = 3600
  const refreshes: AcmeRefresh[] = []
  return {
    mood: () => mood,
    behave(next) {
      mood = next
    },
    tokenLife: () => tokenLife,
    tokensLive(seconds) {
      tokenLife = seconds
    },
    refreshes: () => refreshes,
    sawRefresh(outcome) {
      refreshes.unshift({ at: new Date(), outcome })
      refreshes.length = Math.min(refreshes.length, 20)
    },
  }
}

/** Notes the refreshes that the honest endpoint answers. */
export function watchRefreshes(provider: Provider, { sawRefresh }: AcmeSwitches): void {
  provider.on('grant.success', ({ oidc }) => {
    if (oidc.params?.grant_type === 'refresh_token') sawRefresh('fresh tokens')
  })
  provider.on('grant.error', ({ oidc }, { error }) => {
    if (oidc.params?.grant_type === 'refresh_token') sawRefresh(error)
  })
}
