import { describe, expect, test } from 'vitest'
import { conform, salvaged } from './conform.ts'

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
      body: { ...good, scope: 'a b', expires_in: '60' },
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

test('TE-08 two errors in one answer are an error all the same', () => {
  for (const [body, headers] of [
    ['{"error":null,"error":"invalid_grant","access_token":"AT","token_type":"bearer"}', json],
    ['error=&error=invalid_grant&access_token=AT&token_type=bearer', {}],
  ] as const)
    expect(conformed(body, { headers: { ...headers } }).status).toBe(400)
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

test('TE-07 a key called __proto__ changes no other object', () => {
  const { body } = conformed('{"__proto__":{"admin":1},"access_token":"AT"}')
  expect(body.access_token).toBe('AT')
  expect(({} as Record<string, unknown>).admin).toBeUndefined()
  expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false)
})

describe('WD-05 an answer to a refresh loses no token', () => {
  const renewed = (body: string, sent = 'RT_old', status = 200) => {
    const raw = answer(body, { status })
    const { body: text, ...rest } = salvaged(conform(raw, sent), raw, sent)
    return { status: rest.status, body: text === '' ? {} : JSON.parse(text) }
  }

  test.each([
    ['an error beside it', '{"error":"odd","refresh_token":"RT_new"}'],
    ['a list', '[{"refresh_token":"RT_new"}]'],
    ['a wrapper', '{"data":{"refresh_token":"RT_new"}}'],
    ['cut short', '{"token_type":"bearer","refresh_token":"RT_new","scope":"a'],
    ['NaN', '{"refresh_token" : "RT_new","expires_in":NaN}'],
    ['a warning before it', '<br />Warning: x in y.php {"refresh_token":"RT_new"}'],
    ['a key twice elsewhere', '{"a":1,"a":2,"refresh_token":"RT_new"}'],
    ['the same twice', '{"refresh_token":"RT_new","refresh_token":"RT_new"}'],
    ['much too deep', `{"x":${'['.repeat(900)}${']'.repeat(900)},"refresh_token":"RT_new"}`],
  ])('WD-05 %s', (_, body) => {
    expect(renewed(body)).toMatchObject({ status: 200, body: { refresh_token: 'RT_new' } })
  })

  test('WD-05 slashes as PHP writes them', () => {
    expect(renewed('[{"refresh_token":"1\\/\\/new"}]').body).toEqual({ refresh_token: '1//new' })
  })

  test.each([
    ['the one that was sent', '[{"refresh_token":"RT_old"}]'],
    ['two different ones', '[{"refresh_token":"RT_a"},{"refresh_token":"RT_b"}]'],
    ['one that breaks a header', '[{"refresh_token":"RT new"}]'],
    ['a page', '<h1>refresh_token</h1>'],
  ])('WD-05 nothing is made of %s', (_, body) => {
    expect(renewed(body).body).not.toHaveProperty('refresh_token')
  })

  test('WD-05 nothing is taken from an answer that says it failed', () => {
    for (const status of [400, 401, 500]) {
      const { body } = renewed('[{"refresh_token":"RT_new"}]', 'RT_old', status)
      expect(body).toEqual({})
    }
    const echo = '{"error":"invalid_grant","refresh_token":"RT_old"}'
    expect(renewed(echo).status).toBe(400)
  })
})
