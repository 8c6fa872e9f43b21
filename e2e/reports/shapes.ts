import { expect } from 'playwright/test'
import { connected, outcomeOf, type Place } from './place.ts'
import type { Listed, Report } from './report.ts'
import type { Honest, Script } from './third-party.ts'

export const connects = 'connected, and the token is given out'

export function atConnect(
  name: string,
  source: string | undefined,
  sent: string,
  members: Honest,
): Report {
  const script = { exchange: (honest: Honest) => ({ body: { ...honest, ...members } }) }
  return { name, ...from(source), sent, expected: connects, script, walk: connectsAndVends }
}

export function atRefresh(
  name: string,
  source: string | undefined,
  sent: string,
  refresh: Script['refresh'],
): Report {
  return {
    name,
    ...from(source),
    sent,
    expected: 'the new tokens are kept',
    ...(refresh ? { script: { refresh } } : {}),
    walk: async (place) => {
      await connected(place)
      await refreshedOnce(place)
    },
  }
}

export function later(name: string, source: string, sent: string, field: string): Listed {
  return { name, source, sent, expected: 'expressible in the entry', later: `comes with ${field}` }
}

export function from(source: string | undefined): { source?: string } {
  return source === undefined ? {} : { source }
}

export async function connectsAndVends(place: Place): Promise<void> {
  await connected(place)
  const heard = await place.vend()
  expect(heard).toMatchObject({ status: 200, scope: 'read write' })
  expect(heard.missing_scope).toBeUndefined()
}

/** One refresh, sent once, whose token is another and is kept. */
export async function refreshedOnce(place: Place): Promise<void> {
  const before = place.third.asked('token').length
  await place.expire()
  const heard = await place.vend()
  expect(heard).toMatchObject({ status: 200 })
  expect(place.third.asked('token')).toHaveLength(before + 1)
  expect((await place.vend()).access_token).toBe(heard.access_token)
}

export function fails(code: string) {
  return async (place: Place) => {
    expect(outcomeOf(await place.connect())).toBe(code)
    expect(await place.grants()).toEqual([])
  }
}
