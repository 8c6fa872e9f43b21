import { expect, test } from 'vitest'
import { integration as schema } from '#app/api/schemas/integration'
import { at, grantView, integrationView } from '#lib/testing/views'
import { toIntegration } from './integration.ts'

const base = 'https://app.test'
const provider = { id: 'acme', name: 'Acme', manage: 'https://acme.test/apps', docs: '' }
const told = (given: Parameters<typeof integrationView>[0] = {}) =>
  schema.parse(
    toIntegration(
      integrationView({ provider: { ...provider, scopeDescriptions: {} }, ...given }),
      base,
    ),
  )

const ended = grantView({ status: 'reauthorization_required', reason: 'revoked' })
const paused = grantView({ pausedAt: at(-1) })

test('of several grants, the state is that of the one that needs the user most', () => {
  expect(told({ grants: [grantView(), ended, paused] }).state).toBe('reauthorization_required')
  expect(told({ grants: [paused, grantView({ missing: ['b'] })] }).state).toBe('missing_scopes')
  expect(told({ grants: [paused, grantView()] }).state).toBe('connected')
  expect(told({ grants: [paused] }).state).toBe('paused')
})

test('without a grant, it is how things stand', () => {
  const past = [grantView({ status: 'disconnected', disconnectedAt: at(-1) })]
  expect(told().state).toBe('not_connected')
  expect(told({ past }).state).toBe('disconnected')
  expect(told({ past, connecting: { since: at(-1), until: at(1) } }).state).toBe('connecting')
})

test('scopes are told with their words where there are some, whatever they are called', () => {
  const scopeDescriptions = { a: { title: 'Read your files', access: 'read' as const } }
  const { scopes } = told({
    provider: { ...provider, scopeDescriptions },
    asks: ['a'],
    optional: ['constructor'],
  })
  expect(scopes).toEqual([
    { name: 'a', title: 'Read your files', access: 'read', asked: 'always' },
    { name: 'constructor', title: null, access: null, asked: 'on_demand' },
  ])
})

test('what a grant lets do is told with the page that mends it, and no more of it than that', () => {
  const [grant] = told({ grants: [ended] }).grants
  expect(grant).toMatchObject({
    ...{ state: 'reauthorization_required', reason: 'revoked', trouble: null },
    connect_url: `${base}/integrations/connect/acme?grant=${ended.id}`,
  })
  expect(told({ grants: [grantView()] }).grants[0]?.connect_url).toBeNull()
})
