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

function sentenceFor(changes: Partial<EventView>): string {
  return sentenceOf({ ...event, ...changes })
}

test('what the person did is told as theirs, what happened by itself is not', () => {
  expect(sentenceFor({})).toBe('You connected Acme (Ada)')
  expect(sentenceFor({ actor: 'system' })).toBe('Acme (Ada) was connected')
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

test('an event of a provider that is gone still reads as a sentence', () => {
  expect(sentenceFor({ providerName: null, account: null })).toBe(
    'You connected a service that is no longer offered',
  )
})

test('steps that a person took are never folded', () => {
  expect(foldEvents([event, { ...event, id: '2' }])).toHaveLength(2)
})
