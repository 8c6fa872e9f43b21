import { expect, test } from 'vitest'
import type { EventView } from '#lib/audit'
import { foldEvents, sentenceOf } from './event-lines.ts'

const event: EventView = {
  id: '1',
  at: new Date('2026-11-22T12:00:00Z'),
  type: 'connected',
  provider: 'acme',
  providerName: 'Acme',
  account: 'Ada',
  actor: 'user',
  detail: {},
  times: 1,
}

const renewed: EventView = { ...event, type: 'refreshed', actor: 'system' }

function usedBy(caller: string, changes: Partial<EventView> = {}): EventView {
  return { ...event, type: 'used', actor: 'job', detail: { caller }, ...changes }
}

function sentenceFor(changes: Partial<EventView>): string {
  return sentenceOf({ ...event, ...changes })
}

function toldOf(events: EventView[]): string[] {
  return foldEvents(events).lines.map(sentenceOf)
}

test('what the person did is told as theirs, what happened by itself is not', () => {
  expect(sentenceFor({})).toBe('You connected Acme (Ada)')
  expect(sentenceFor({ actor: 'system' })).toBe('Acme (Ada) was connected')
  expect(sentenceFor({ type: 'paused' })).toBe('You paused Acme (Ada)')
  expect(sentenceFor({ type: 'paused', actor: 'system' })).toBe('The use of Acme (Ada) was paused')
})

test('a use is told with the job’s name, or as the person’s own', () => {
  expect(sentenceOf(usedBy('nightly-sync', { times: 12 }))).toBe(
    '“nightly-sync” used Acme (Ada), 12 times',
  )
  expect(sentenceOf(usedBy('proxy'))).toBe('You used Acme (Ada) through this app')
  expect(sentenceFor({ type: 'used', actor: 'job' })).toBe('This app used Acme (Ada)')
  expect(
    sentenceOf(
      usedBy('sync', { type: 'vend_refused', detail: { caller: 'sync', code: 'paused' } }),
    ),
  ).toBe('“sync” asked for access to Acme (Ada) and did not get it: it was paused')
})

test('a failure says why, and says nothing that is not one of our own codes', () => {
  const failed = { type: 'connect_failed', account: null } as const
  expect(sentenceFor({ ...failed, detail: { error: 'access_denied' } })).toBe(
    'Connecting Acme did not work: you cancelled at Acme',
  )
  expect(sentenceFor({ ...failed, detail: { error: '<b>made up</b>' } })).toBe(
    'Connecting Acme did not work',
  )
})

test('what failed in the past is told in the past', () => {
  const failed = { ...renewed, type: 'refresh_failed', times: 3 } as const
  expect(sentenceOf({ ...failed, detail: { code: 'temporarily_unavailable' } })).toBe(
    'Access to Acme (Ada) could not be renewed, 3 times: Acme did not answer',
  )
})

test.each([
  ['invalid_grant', ': Acme no longer accepts our access'],
  ['lost_rotation', ': a renewed key from Acme was lost on its way to us'],
  ['possible_reuse', ': somebody else may have used our access to Acme, so it was ended'],
  ['expired', ': the access that Acme gave has run out'],
  ['credential_unreadable', ': the stored access can no longer be read'],
  ['<b>made up</b>', ''],
])('why a grant has to be reconnected is told: %s', (reason, told) => {
  expect(
    sentenceFor({ type: 'reauthorization_required', actor: 'system', detail: { reason } }),
  ).toBe(`Acme (Ada) has to be reconnected${told}`)
})

test('an event of a provider that is gone still reads as a sentence', () => {
  expect(sentenceFor({ providerName: null, account: null })).toBe(
    'You connected a service that is no longer offered',
  )
})

test('uses are folded by caller and day, though callers take turns', () => {
  const yesterday = new Date('2026-11-21T23:59:00Z')
  const [a, b] = [usedBy('a', { times: 2 }), usedBy('b')]
  expect(toldOf([a, b, renewed, a, b, renewed, { ...a, at: yesterday }])).toEqual([
    '“a” used Acme (Ada), 4 times',
    '“b” used Acme (Ada), 2 times',
    'Access to Acme (Ada) was renewed, 2 times',
    '“a” used Acme (Ada), 2 times',
  ])
})

test('what somebody decided is never folded, and nothing is folded across it', () => {
  const paused: EventView = { ...event, type: 'paused' }
  expect(toldOf([usedBy('a'), paused, usedBy('a'), usedBy('a'), event, event])).toEqual([
    '“a” used Acme (Ada)',
    'You paused Acme (Ada)',
    '“a” used Acme (Ada), 2 times',
    'You connected Acme (Ada)',
    'You connected Acme (Ada)',
  ])
})

test('failures of different causes stay apart', () => {
  const failed = { ...renewed, type: 'refresh_failed' } as const
  const [away, refused] = ['temporarily_unavailable', 'provider_misconfigured'].map((code) => ({
    ...failed,
    detail: { code },
  }))
  expect(foldEvents([away, refused, away].filter((one) => one !== undefined)).lines).toHaveLength(2)
})

test('folding leaves the events as they are, and stops before one line too many', () => {
  const events = [usedBy('a'), usedBy('b'), usedBy('a'), event, event]
  expect(foldEvents(events, 3)).toMatchObject({ lines: [{ times: 2 }, {}, {}], told: 4 })
  expect(events.map(({ times }) => times)).toEqual([1, 1, 1, 1, 1])
})
