import { expect, test } from 'vitest'
import type { GrantView, Integration } from './list.ts'
import { stateOf } from './state.ts'

const grantOf = (given: Partial<GrantView> = {}): GrantView => ({
  id: 'g',
  account: null,
  status: 'active',
  reason: null,
  since: new Date(1),
  changedAt: new Date(1),
  lastUsedAt: null,
  disconnectedAt: null,
  scope: ['a'],
  missing: [],
  extra: [],
  revocation: null,
  ...given,
})
const gone = grantOf({ id: 'gone', status: 'disconnected' })
const integrationOf = (given: Partial<Integration> = {}): Integration => ({
  provider: { id: 'acme', name: 'Acme', manage: '', docs: '', scopeDescriptions: {} },
  asks: ['a'],
  optional: [],
  connecting: undefined,
  grants: [],
  past: [],
  ...given,
})
const connecting = { since: new Date(1), until: new Date(2) }

test.each([
  ['active', grantOf(), 'connected'],
  ['active with less than was asked for', grantOf({ missing: ['b'] }), 'missing_scopes'],
  ['active with more', grantOf({ extra: ['c'] }), 'connected'],
  ['to be renewed', grantOf({ status: 'reauthorization_required' }), 'reauthorization_required'],
  [
    'to be renewed, with less',
    grantOf({ status: 'reauthorization_required', missing: ['b'] }),
    'reauthorization_required',
  ],
  ['disconnected', gone, 'disconnected'],
] as const)('a grant that is %s', (_, grant, kind) => {
  expect(stateOf(integrationOf(), grant, undefined)).toEqual({ kind, grant })
  // How a later attempt ended, or that one is under way, does not change what the grant is.
  const busy = integrationOf({ connecting, past: [gone] })
  expect(stateOf(busy, grant, 'access_denied')).toEqual({ kind, grant })
})

test('without a grant: the last failure, a live attempt, what was there once, nothing', () => {
  const past = [gone, grantOf({ id: 'older', status: 'disconnected' })]
  expect(stateOf(integrationOf({ connecting, past }), undefined, 'access_denied')).toEqual({
    kind: 'failed',
    code: 'access_denied',
    grant: undefined,
  })
  expect(stateOf(integrationOf({ connecting, past }), undefined, undefined)).toEqual({
    kind: 'connecting',
    ...connecting,
  })
  expect(stateOf(integrationOf({ past }), undefined, undefined)).toEqual({
    kind: 'disconnected',
    grant: gone,
  })
  expect(stateOf(integrationOf(), undefined, undefined)).toEqual({ kind: 'not_connected' })
})
