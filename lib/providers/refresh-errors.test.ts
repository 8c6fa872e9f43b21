import { expect, test } from 'vitest'
import { readRefusal } from '#lib/oauth/refusal'
import { catalogue } from './catalogue.ts'
import { type ProviderEntry, providerSchema } from './schema.ts'

const entry: ProviderEntry = {
  ...{ id: 'p', name: 'P', scope: [], account: null },
  authorization_endpoint: 'https://p.example/authorize',
  token_endpoint: 'https://p.example/token',
  ...{ docs: 'https://p.example/', manage: 'https://p.example/' },
}

const says = { path: 'error', equals: 'gone' }

/** What is wrong with an entry that has this one line, by its field; empty where nothing is. */
function problems(line: Record<string, unknown>): string[] {
  const { error } = providerSchema.safeParse({ ...entry, refresh_errors: [line] })
  return (error?.issues ?? []).map(({ path }) => String(path.at(-1)))
}

test.each([400, 401, 403, 404, 200])('WD-01 an entry may call %i dead by exact words', (status) => {
  expect(problems({ status, ...says, means: 'dead' })).toEqual([])
})

test.each([
  ['a limit', { status: 429, ...says, means: 'dead' }, ['status']],
  ['an outage', { status: 503, ...says, means: 'dead' }, ['status']],
  ['a time-out', { status: 408, ...says, means: 'dead' }, ['status']],
  ['anything with that status', { status: 400, means: 'dead' }, ['path', 'equals']],
  ['anything at that path', { status: 400, path: 'error', means: 'dead' }, ['equals']],
])('WD-01 an entry that calls %s dead stops the start', (_, line, wrong) => {
  expect(problems(line)).toEqual(wrong)
})

test.each([
  ['words without a place', { status: 400, equals: 'x', means: 'transient' }, ['path']],
  ['every success', { status: 200, means: 'transient' }, ['equals']],
  ['a redirect', { status: 302, means: 'misconfigured' }, ['status']],
])('an entry that names %s stops the start', (_, line, wrong) => {
  expect(problems(line)).toEqual(wrong)
})

test('what is no end may be told by its status alone', () => {
  expect(problems({ status: 403, means: 'misconfigured' })).toEqual([])
  expect(problems({ status: 503, means: 'transient' })).toEqual([])
})

test.each([
  { status: 'BAD_REFRESH_TOKEN', message: 'missing or invalid refresh token' },
  { status: 'error', message: 'Invalid refresh token', category: 'VALIDATION_ERROR' },
  { category: 'VALIDATION_ERROR', subCategory: 'INVALID_TOKEN', message: 'of another wording' },
])("WD-01 the catalogue's HubSpot is understood: %j", (body) => {
  const { refresh_errors: declared } = providerSchema.parse(
    catalogue.find(({ id }) => id === 'hubspot'),
  )
  const headers = new Headers({ 'content-type': 'application/json' })
  const heard = { status: 400, headers, body: JSON.stringify(body) }
  expect(readRefusal({ status: 400, headers }, body, { heard, declared }).kind).toBe('refused')
})
