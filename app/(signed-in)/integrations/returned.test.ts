import { expect, test } from 'vitest'
import type { GrantView } from '#lib/integrations/grant-view'
import { at, grantView, integrationView } from '#lib/testing/views'
import { headlineOf, hereOf, readReturned } from './returned.ts'
import { groupRows } from './rows.ts'

const grant = grantView()
const acme = integrationView

function read(query: Record<string, string | string[]>, integration = acme()) {
  return readReturned(Promise.resolve(query), [integration])
}

test('a link cannot claim a connection that is not there', async () => {
  const query = { integration: 'acme', status: 'connected' }
  expect(await read(query)).toBeUndefined()
  expect(await read(query, acme({ grants: [grant] }))).toMatchObject({ kind: 'connected' })
})

test('WD-12 an answer that came twice tells what is connected', async () => {
  const query = { integration: 'acme', status: 'error', error: 'invalid_state' }
  const fresh = acme({ grants: [{ ...grant, since: at(-3_000) }] })
  expect(await read(query, fresh)).toMatchObject({ kind: 'connected', account: 'Ada' })
  for (const given of [
    {},
    { grants: [{ ...grant, since: at(-3_600_000) }] },
    { grants: [{ ...grant, status: 'reauthorization_required' as const }] },
  ]) {
    const returned = await read(query, acme(given))
    expect(returned && headlineOf(returned)).toBe('This answer from Acme was not used')
    expect(groupRows([acme(given)], returned).available).toHaveLength(given.grants ? 0 : 1)
  }
  const refused = await read({ ...query, error: 'access_denied' }, fresh)
  expect(refused).toMatchObject({ kind: 'failed' })
  const unnamed = await read({ status: 'error', error: 'invalid_state' })
  expect(unnamed && headlineOf(unnamed)).toBe('This answer was not used')
})

test('a link cannot claim a disconnection that is not there', async () => {
  const query = { integration: 'acme', disconnected: 'revoked' }
  expect(await read(query)).toBeUndefined()
  const past = [{ ...grant, status: 'disconnected', revocation: 'revoked' } as const]
  expect(await read(query, acme({ past }))).toMatchObject({ outcome: 'revoked' })
})

test('a code that is not ours is told as a failure on our side', async () => {
  const query = { integration: 'acme', status: 'error', error: '<script>' }
  expect(await read(query)).toMatchObject({ kind: 'failed', code: 'server_error' })
})

test('parameters that come twice or name no provider of ours are harmless', async () => {
  expect(await read({ integration: ['acme', 'b'], status: ['connected'] })).toBeUndefined()
  const returned = await read({ integration: 'evil', status: 'error', error: 'unknown_provider' })
  expect(returned && headlineOf(returned)).toBe('Nothing was connected')
})

test('what needs the person comes before what works', async () => {
  const broken: GrantView = { ...grant, id: 'b', status: 'reauthorization_required' }
  const { attention, connected, available } = groupRows(
    [acme({ grants: [grant, broken] })],
    undefined,
  )
  expect([attention, connected, available].map((rows) => rows.length)).toEqual([1, 1, 0])
})

test('a provider that just failed to connect needs the person', async () => {
  const integration = acme()
  const returned = await read(
    { integration: 'acme', status: 'error', error: 'access_denied' },
    integration,
  )
  const [row] = groupRows([integration], returned).attention
  expect(row?.state).toMatchObject({ kind: 'failed', code: 'access_denied' })
})

test('a link cannot claim a pause that is not there, nor one of a grant that is not ours', async () => {
  const query = (outcome: string, id = grant.id) => ({ integration: 'acme', outcome, grant: id })
  const paused = acme({ grants: [{ ...grant, pausedAt: at(-1) }] })
  const used = acme({ grants: [grant] })
  expect(await read(query('paused'), paused)).toMatchObject({
    kind: 'paused',
    grant: { id: grant.id },
  })
  expect(await read(query('resumed'), used)).toMatchObject({ kind: 'resumed', grant })
  expect(await read(query('paused'), used)).toBeUndefined()
  expect(await read(query('resumed'), paused)).toBeUndefined()
  expect(await read(query('paused', 'other'), paused)).toBeUndefined()
  expect(await read({ integration: 'acme', outcome: 'gone' }, paused)).toBeUndefined()
  const failed = await read({ ...query('not_paused'), error: 'storage_unavailable' }, used)
  expect(failed && headlineOf(failed)).toBe('Acme was not paused')
})

test('what does not work and is not the person’s to mend stands apart from what needs them', () => {
  const away = { code: 'temporarily_unavailable', since: null, reference: null } as const
  const grants = [
    { ...grant, id: 'down', trouble: away },
    { ...grant, id: 'still works', trouble: away, accessUntil: at(1) },
    { ...grant, id: 'paused', trouble: away, pausedAt: at(-1) },
    { ...grant, id: 'ending', lastsUntil: at(1) },
  ]
  const groups = groupRows([acme({ grants })], undefined)
  const keys = Object.entries(groups).map(([name, rows]) => [name, rows.map(({ key }) => key)])
  expect(Object.fromEntries(keys)).toEqual({
    attention: ['ending'],
    interrupted: ['down'],
    connected: ['still works', 'paused'],
    available: [],
  })
})

test('a log-in on the way keeps the failure that is to be told, and nothing else', async () => {
  const here = (query: Record<string, string>) => hereOf(Promise.resolve(query))
  const failure = { integration: 'acme', status: 'error', error: 'invalid_ticket' }
  expect(await here({ ...failure, next: 'https://evil.test' })).toBe(
    '/integrations?integration=acme&status=error&error=invalid_ticket',
  )
  expect(await here({ ...failure, integration: '//evil.test' })).toBe(
    '/integrations?status=error&error=invalid_ticket',
  )
  expect(await here({ ...failure, error: 'my own words' })).toBe('/integrations')
  expect(await here({ ...failure, status: 'connected' })).toBe('/integrations')
  expect(await here({})).toBe('/integrations')
})
