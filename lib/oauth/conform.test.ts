import { describe, expect, test } from 'vitest'
import { conform, parseBody } from './conform.ts'

const json = { 'content-type': 'application/json' }
const answer = (body: string, { status = 200, headers = json as Record<string, string> } = {}) => ({
  status,
  headers: new Headers(headers),
  body,
})
const conformed = (body: string, given?: Parameters<typeof answer>[1]) => {
  const { status, headers, body: text } = conform(answer(body, given))
  return { status, type: headers.get('content-type'), body: text === '' ? '' : JSON.parse(text) }
}
const good = { access_token: 'AT', token_type: 'bearer' }

test('what is standard already stays as it is', () => {
  expect(conformed(JSON.stringify({ ...good, expires_in: 60 }))).toEqual({
    status: 200,
    type: 'application/json',
    body: { ...good, expires_in: 60 },
  })
})

test.each(['application/x-www-form-urlencoded', 'text/plain', 'text/html; charset=utf-8'])(
  'a form sent as %s becomes JSON',
  (type) => {
    const body = 'access_token=AT&scope=a%20b&token_type=bearer&expires_in=60'
    expect(conformed(body, { headers: { 'content-type': type } })).toEqual({
      status: 200,
      type: 'application/json',
      body: { ...good, scope: 'a b', expires_in: 60 },
    })
  },
)

test('success is 200, and nothing but success', () => {
  for (const status of [200, 201, 202, 203])
    expect(conformed(JSON.stringify(good), { status }).status).toBe(200)
  for (const status of [400, 401, 500]) expect(conformed('{}', { status }).status).toBe(status)
})

describe('TE-08 an error is an error, whatever the status', () => {
  test.each([
    ['{"error":"bad_verification_code"}', json],
    ['{"error":"bad_refresh_token","access_token":"AT","token_type":"bearer"}', json],
    ['error=bad_verification_code&error_description=x', json],
    ['error=bad_refresh_token', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['{"error":{"message":"nested"},"access_token":"AT","token_type":"bearer"}', json],
    ['{"error":true}', json],
  ])('TE-08 %s', (body, headers) => {
    expect(conformed(body, { headers }).status).toBe(400)
    expect(conformed(body, { headers, status: 401 }).status).toBe(401)
    expect(conformed(body, { headers, status: 503 }).status).toBe(503)
  })

  test('TE-08 an empty error beside tokens is none', () => {
    for (const error of ['', null, false])
      expect(conformed(JSON.stringify({ ...good, error }))).toMatchObject({
        status: 200,
        body: good,
      })
  })
})

describe('TE-07 what can be read in two ways is not read at all', () => {
  test.each([
    '{"access_token":"A","access_token":"B","token_type":"bearer"}',
    '{"access_token":"A","access\\u005ftoken":"B","token_type":"bearer"}',
    '{"a":{"b":1,"b":2},"access_token":"A"}',
    '{"a":[{"b":1,"b":2}],"access_token":"A"}',
    '{"access_token" : "A" , "access_token" : "B"}',
    'access_token=A&access_token=B&token_type=bearer',
    '\uFEFF{"access_token":"A","token_type":"bearer"}',
  ])('TE-07 %s', (body) => {
    expect(conformed(body).body).toBe('')
    expect(parseBody(answer(body))).toBeUndefined()
  })

  test('TE-07 equal keys of different objects are no repetition', () => {
    const body = '{"a":{"k":1},"b":{"k":2},"c":[{"k":3},{"k":4}],"k":"k","d":"\\"k\\":1,\\"k\\":2"}'
    expect(parseBody(answer(body))).toMatchObject({ k: 'k', b: { k: 2 } })
  })
})

test.each([
  '<!doctype html><h1>x</h1>',
  '',
  '[]',
  'null',
  '"text"',
  '123',
  '{"a":',
  'NaN',
  '{a:1}',
])('TE-07 the body %j holds no object, and is left out', (body) => {
  expect(conformed(body)).toMatchObject({ status: 200, body: '' })
  expect(conformed(body, { status: 502 })).toMatchObject({ status: 502, body: '' })
})

test('TE-05 what is nested too deep or has very many keys does no harm', () => {
  const deep = `{"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`
  expect(conformed(deep).body).toBe('')
  const keys = Array.from({ length: 60_000 }, (_, n) => `"k${n}":${n}`).join(',')
  expect(conformed(`{${keys}}`).body).toHaveProperty('k59999')
})

test('TE-07 a key called __proto__ changes no other object', () => {
  const { body } = conformed('{"__proto__":{"admin":1},"access_token":"AT"}')
  expect(body.access_token).toBe('AT')
  expect(({} as Record<string, unknown>).admin).toBeUndefined()
  expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false)
})

test.each([
  [3600, 3600],
  ['3600', 3600],
  [1, 1],
  [400_000_000, 315_360_000],
  ['400000000', 315_360_000],
  [0, undefined],
  [-1, undefined],
  ['-1', undefined],
  [1e300, undefined],
  ['9'.repeat(400), undefined],
  [1.5, undefined],
  ['1e3', undefined],
  ['0x10', undefined],
  [' 60', undefined],
  ['', undefined],
  ['soon', undefined],
  [null, undefined],
  [true, undefined],
  [[60], undefined],
  [{}, undefined],
])('TE-10 expires_in %j is read as %j', (given, expected) => {
  const { body } = conformed(JSON.stringify({ ...good, expires_in: given }))
  expect(body.expires_in).toBe(expected)
})

test('TE-10 Infinity and NaN are no JSON', () => {
  expect(conformed('{"access_token":"AT","expires_in":NaN}').body).toBe('')
  expect(conformed('{"access_token":"AT","expires_in":1e999}').body.expires_in).toBeUndefined()
})
