import type { LoggedRequest } from './stand-in/request-log.ts'
import type { Scripted } from './stand-in/scripted.ts'

/** The refreshes that a provider was asked for, in order. */
export function refreshes(provider: Pick<Scripted, 'calls'>): LoggedRequest[] {
  return provider
    .calls('/token')
    .filter(({ body }) => new URLSearchParams(body).get('grant_type') === 'refresh_token')
}

/** The refresh tokens that it was sent, in order. */
export function sentTokens(provider: Pick<Scripted, 'calls'>): string[] {
  return refreshes(provider).map(({ body }) => new URLSearchParams(body).get('refresh_token') ?? '')
}

/** How often the one that it was sent most often was sent. */
export function mostSent(provider: Pick<Scripted, 'calls'>): number {
  const times = new Map<string, number>()
  for (const token of sentTokens(provider)) times.set(token, (times.get(token) ?? 0) + 1)
  return Math.max(0, ...times.values())
}
