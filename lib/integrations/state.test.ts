import { expect, test } from 'vitest'
import { at, grantView, integrationView } from '../testing/views.ts'
import type { GrantView, Trouble } from './grant-view.ts'
import { grantState, isMendable, type State, stateOf } from './state.ts'

const day = 86_400_000
const gone = grantView({ id: 'gone', status: 'disconnected' })
const connecting = { since: at(-1), until: at(1) }
const [away, refused, unreadable] = (
  ['temporarily_unavailable', 'provider_misconfigured', 'credential_unreadable'] as const
).map((code): Trouble => ({ code, since: at(-500), reference: null }))
const itsOwn: Trouble = {
  ...{ code: 'temporarily_unavailable', since: null, reference: null, isItsOwn: true },
}
const dead = { status: 'reauthorization_required', reason: 'invalid_grant' } as const

function stateFor(given: Partial<GrantView>): State {
  return stateOf(integrationView(), grantView(given), undefined)
}

test.each<[string, Partial<GrantView>, State['kind']]>([
  ['active', {}, 'connected'],
  ['active with less than was asked for', { missing: ['b'] }, 'missing_scopes'],
  ['active with more', { extra: ['c'] }, 'connected'],
  ['dead', dead, 'reauthorization_required'],
  ['dead, with less', { ...dead, missing: ['b'] }, 'reauthorization_required'],
  ['dead, and its provider is away', { ...dead, trouble: away }, 'reauthorization_required'],
  [
    'run out, and its provider is away',
    { lastsUntil: at(0), trouble: away },
    'reauthorization_required',
  ],
  ['refused', { refusedSince: at(-9), trouble: away }, 'refused'],
  ['refused and dead', { ...dead, refusedSince: at(-9) }, 'reauthorization_required'],
  ['refused, and so is our client', { refusedSince: at(-9), trouble: refused }, 'misconfigured'],
  ['in an outage', { trouble: away }, 'unavailable'],
  ['in an outage and near its end', { trouble: away, lastsUntil: at(day) }, 'unavailable'],
  ['in an outage, with less', { trouble: away, missing: ['b'] }, 'unavailable'],
  ['refused for how we are set up', { trouble: refused }, 'misconfigured'],
  ['not to be read', { trouble: unreadable }, 'misconfigured'],
  ['near its end', { lastsUntil: at(7 * day - 1) }, 'expiring'],
  ['near its end, with less', { lastsUntil: at(day), missing: ['b'] }, 'expiring'],
  ['a week from its end', { lastsUntil: at(7 * day) }, 'connected'],
  ['with an access token about to be refreshed', { accessUntil: at(-1) }, 'connected'],
  ['disconnected', gone, 'disconnected'],
  ['disconnected while paused', { ...gone, pausedAt: at(-1) }, 'disconnected'],
])('a grant that is %s', (_, given, kind) => {
  const state = stateFor(given)
  expect(state).toMatchObject({ kind, grant: given })
  // How a later attempt ended, or that one is under way, does not change what the grant is.
  const busy = integrationView({ connecting, past: [gone] })
  expect(stateOf(busy, grantView(given), 'access_denied')).toEqual(state)
})

test('what ended tells why and since when; what ran out unnoticed is told the same way', () => {
  expect(stateFor(dead)).toMatchObject({ reason: 'invalid_grant', since: at(-2000) })
  expect(stateFor({ lastsUntil: at(-70) })).toMatchObject({ reason: 'expired', since: at(-70) })
})

test('a grant in trouble says until when it works all the same', () => {
  const trouble = {
    code: 'provider_misconfigured',
    since: at(-500),
    reference: 'R-7K2M9Q',
  } as const
  expect(stateFor({ trouble, accessUntil: at(1) })).toMatchObject({ ...trouble, worksUntil: at(1) })
  expect(stateFor({ trouble, accessUntil: at(0) })).toMatchObject({ worksUntil: null })
  expect(stateFor({ trouble })).toMatchObject({ worksUntil: null })
  expect(stateFor({ trouble: unreadable, accessUntil: at(1) })).toMatchObject({ worksUntil: null })
})

test('a paused grant is paused, and tells how it stands besides', () => {
  const pausedAt = at(-100)
  expect(stateFor({ pausedAt })).toMatchObject({
    kind: 'paused',
    since: pausedAt,
    besides: { kind: 'connected' },
  })
  const besides = { kind: 'reauthorization_required', reason: 'invalid_grant' }
  expect(stateFor({ ...dead, pausedAt })).toMatchObject({ kind: 'paused', besides })
  expect(stateFor({ trouble: away, pausedAt })).toMatchObject({ besides: { kind: 'unavailable' } })
})

test('without a grant: the last failure, a live attempt, what was there once, nothing', () => {
  const past = [gone, grantView({ id: 'older', status: 'disconnected' })]
  expect(stateOf(integrationView({ connecting, past }), undefined, 'access_denied')).toEqual({
    kind: 'failed',
    code: 'access_denied',
    grant: undefined,
  })
  expect(stateOf(integrationView({ connecting, past }), undefined, undefined)).toEqual({
    kind: 'connecting',
    ...connecting,
  })
  expect(stateOf(integrationView({ past }), undefined, undefined)).toEqual({
    kind: 'disconnected',
    grant: gone,
  })
  expect(stateOf(integrationView(), undefined, undefined)).toEqual({ kind: 'not_connected' })
})

test.each<[string, Partial<GrantView>, boolean]>([
  ['connected', {}, false],
  ['dead', dead, true],
  ['dead while paused', { ...dead, pausedAt: at(-1) }, true],
  ['paused', { pausedAt: at(-1) }, false],
  ['refused', { refusedSince: at(-9), trouble: away }, true],
  ['near its end', { lastsUntil: at(day) }, true],
  ['short of a scope', { missing: ['b'] }, true],
  ['in an outage of its provider', { trouble: away }, false],
  ['in an outage that no other grant has', { trouble: itsOwn }, true],
  ['refused for how we are set up', { trouble: refused }, false],
  ['not to be read', { trouble: unreadable }, true],
])('connecting again helps a grant that is %s: %#', (_, given, isHelped) => {
  expect(isMendable(grantState(grantView(given)))).toBe(isHelped)
})
