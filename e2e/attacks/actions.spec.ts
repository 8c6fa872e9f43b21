import type { Visitor } from '../browser-client.ts'
import { fieldsOf, postForm } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'

test('AU-19 an action acts only for a page of this origin, with or without fetch metadata', async ({
  alice,
  world,
  grants,
}) => {
  const { url, fields } = await pauseForm(alice)
  const { length } = world.output()
  const evil = 'https://evil.test'
  const { host } = new URL(evil)
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'cross-site', origin: evil, 'x-forwarded-host': host },
    { origin: evil, 'x-forwarded-host': host },
    { origin: evil },
    { origin: 'null' },
    { origin: 'foo' },
    { 'sec-fetch-site': '', origin: evil, 'x-forwarded-host': host },
    { 'sec-fetch-site': '', origin: 'foo' },
    { 'sec-fetch-site': '', origin: '' },
  ]
  for (const headers of foreign) {
    const answer = await postForm(alice, url, fields, headers)
    expect([answer.status, answer.location], JSON.stringify(headers)).toEqual([403, undefined])
  }
  const [untouched] = await grants('alice')
  expect(untouched?.paused_at).toBeNull()
  expect(world.output().slice(length)).toBe('')
  // What a client says of the host is not believed, and does not stand in the way.
  const honest = await postForm(alice, url, fields, { 'x-forwarded-host': host })
  expect(honest.location?.searchParams.get('outcome')).toBe('paused')
})

test('AU-19 a browser that sends an origin and no fetch metadata is served', async ({ alice }) => {
  const { url, fields } = await pauseForm(alice)
  const { 'sec-fetch-site': _, ...headers } = multipart(fields).headers
  const answer = await alice.get(url, {
    ...multipart(fields),
    method: 'POST',
    headers: { ...headers, origin: url.origin },
  })
  expect(answer.location?.searchParams.get('outcome')).toBe('paused')
})

test('AU-19 what no form of ours sends is refused without a trace in the log', async ({
  alice,
  stranger,
  world,
}) => {
  const { url, fields } = await pauseForm(alice)
  const id = actionOf(fields)
  const { length } = world.output()
  for (const visitor of [alice, stranger])
    for (const [what, call] of malformed(id, url)) {
      const answer = await visitor.get(url, { method: 'POST', ...call })
      expect([answer.status, answer.location, answer.setCookies], what).toEqual([
        400,
        undefined,
        [],
      ])
    }
  for (const method of ['PUT', 'PATCH', 'DELETE', 'GET']) {
    const { status } = await alice.get(url, { method, headers: { 'next-action': id } })
    expect([400, 405], method).toContain(status)
  }
  expect(world.output().slice(length)).toBe('')
  expect((await alice.get('/integrations')).status).toBe(200)
})

type Malformed = [string, { headers: Record<string, string>; body: string }]

function malformed(id: string, { origin }: URL): Malformed[] {
  const base = { origin, 'sec-fetch-site': 'same-origin' }
  const called = { ...base, 'next-action': id }
  const text = { ...called, 'content-type': 'text/plain;charset=UTF-8' }
  const form = multipart({ 0: '["$K1"]', '1_grant': 'x', '1_provider': 'acme' })
  const parts = (fields: Record<string, string>) => multipart(fields)
  const withId = (fields: Record<string, string>) => ({
    headers: { ...called, ...parts(fields).headers },
    body: parts(fields).body,
  })
  return [
    ['an empty list', { headers: text, body: '[]' }],
    ['no JSON', { headers: text, body: '{"a' }],
    ['another reference', { headers: text, body: '["$F1"]' }],
    ['nothing', { headers: text, body: '' }],
    ['JSON', { headers: { ...called, 'content-type': 'application/json' }, body: '[]' }],
    [
      'a query',
      { headers: { ...called, 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=b' },
    ],
    ['no type', { headers: called, body: '[]' }],
    [
      'no boundary',
      { headers: { ...called, 'content-type': 'multipart/form-data' }, body: form.body },
    ],
    [
      'another boundary',
      {
        headers: { ...called, 'content-type': 'multipart/form-data; boundary=x' },
        body: form.body,
      },
    ],
    [
      'a form that is cut short',
      { headers: { ...called, ...form.headers }, body: form.body.slice(0, 80) },
    ],
    ['no arguments', withId({ '1_grant': 'x' })],
    ['arguments that are none', withId({ 0: '{"a' })],
    ['a list of nothing', withId({ 0: '[]' })],
    ['two arguments', withId({ 0: '["$K1","$K2"]' })],
    ['a reference to code', withId({ 0: '["$F1"]', 1: '{"id":"x","bound":null}' })],
    ['a promise', withId({ 0: '["$@1"]' })],
    ['an odd field', withId({ 0: '["$K1"]', '1___proto__': 'x' })],
    ['no id', { headers: { ...called, 'next-action': 'x', ...form.headers }, body: form.body }],
    [
      'a form without an action',
      { headers: { ...base, ...parts({ grant: 'x' }).headers }, body: parts({ grant: 'x' }).body },
    ],
    ['a bound action', boundAction(base)],
  ]
}

function boundAction(base: Record<string, string>): Malformed[1] {
  const { headers, body } = multipart({
    $ACTION_REF_1: '',
    '$ACTION_1:0': '{"id":"x","bound":"$@1"}',
  })
  return { headers: { ...base, ...headers }, body }
}

/** As long as browsers make it: Node's parser looks for it without its dashes, and an id may contain a short one. */
const boundary = '----WebKitFormBoundary7MA4YWxkTrZu0gW'

function multipart(fields: Record<string, string>) {
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const headers: Record<string, string> = {
    'content-type': `multipart/form-data; boundary=${boundary}`,
  }
  return { headers, body: `${parts.join('')}--${boundary}--\r\n` }
}

function actionOf(fields: Record<string, string>): string {
  const name = Object.keys(fields).find((one) => one.startsWith('$ACTION_ID_')) ?? ''
  expect(name).toMatch(/^\$ACTION_ID_[0-9a-f]{42}$/)
  return name.slice('$ACTION_ID_'.length)
}

async function pauseForm(visitor: Visitor): Promise<{ url: URL; fields: Record<string, string> }> {
  await connect(visitor)
  const page = await visitor.get('/integrations/acme')
  return { url: page.url, fields: fieldsOf(page.body, 'Pause') }
}
