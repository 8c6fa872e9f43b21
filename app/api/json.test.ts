import { expect, test } from 'vitest'
import { z } from 'zod'
import { readBody, readQuery } from './json.ts'

const schema = z.strictObject({ name: z.string().max(5, 'is too long') })

test('a body is what its schema says', async () => {
  expect(await readBody(requestOf('{"name":"Ada"}'), schema)).toEqual({ name: 'Ada' })
})

test.each([
  ['no JSON', 'name=Ada', ''],
  ['nothing', '', ''],
  ['another value', '{"name":"Countess"}', 'name'],
  ['a field besides', '{"name":"Ada","age":36}', ''],
  ['a prototype', '{"__proto__":{"name":"Ada"}}', 'name'],
  ['more than 16 kB', `{"name":"Ada"${' '.repeat(17_000)}}`, ''],
])('a body of %s is refused, and told where it is wrong', async (_, text, path) => {
  await expect(readBody(requestOf(text), schema)).rejects.toMatchObject({
    code: 'invalid_request',
    detail: { errors: expect.arrayContaining([expect.objectContaining({ path })]) },
  })
})

test('a query is what its schema says, and what that does not name is ignored', () => {
  const loose = z.object({ name: z.string().optional() })
  const url = 'https://app.test/x?name=Ada&other=1'
  expect(readQuery({ url }, loose)).toEqual({ name: 'Ada' })
  expect(readQuery({ url: 'https://app.test/x' }, loose)).toEqual({})
})

test('a parameter that is there twice is refused, as a number too', () => {
  const counted = z.object({ limit: z.coerce.number() })
  const url = 'https://app.test/x?limit=1&limit=2'
  expect(() => readQuery({ url }, counted)).toThrow(
    expect.objectContaining({ code: 'invalid_request' }),
  )
})

function requestOf(body: string): Request {
  return new Request('https://app.test/x', { method: 'POST', body })
}
