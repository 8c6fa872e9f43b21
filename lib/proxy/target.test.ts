import { describe, expect, test } from 'vitest'
import { resolveTarget } from './target.ts'

const api = ['https://api.acme.test/v1/', 'https://files.acme.test/v2']
const forbidden = expect.objectContaining({ code: 'forbidden' })
const invalid = expect.objectContaining({ code: 'invalid_request' })
const resolve = (path: string, query = '') => resolveTarget({ api }, { path, query }).href

test.each([
  ['items', 'https://api.acme.test/v1/items'],
  ['items/', 'https://api.acme.test/v1/items/'],
  ['me/messages/$count', 'https://api.acme.test/v1/me/messages/$count'],
  ['a:b@c/d,e/(f)/~g/h=i', 'https://api.acme.test/v1/a:b@c/d,e/(f)/~g/h=i'],
  ['a%20b/%C3%A9/100%25', 'https://api.acme.test/v1/a%20b/%C3%A9/100%25'],
  ['.well-known/..x/a.b..c', 'https://api.acme.test/v1/.well-known/..x/a.b..c'],
])('a path below the prefix is kept as it was sent: %s', (path, href) =>
  expect(resolve(path)).toBe(href),
)

describe('PX-01 a path cannot leave the host', () => {
  test.each([
    'https://evil.test/x',
    'https:/evil.test/x',
    '//evil.test/x',
    '/evil.test',
    '\\\\evil.test/x',
    '?@evil.test',
    '#@evil.test',
    'x\n.evil.test',
    'x y',
    'é',
  ])('PX-01 %s', (path) => {
    // With a single slash it is a strange name below the prefix, and stays there.
    if (path === 'https:/evil.test/x')
      expect(resolve(path)).toBe(`https://api.acme.test/v1/${path}`)
    else expect(() => resolve(path)).toThrow(invalid)
  })

  test('PX-01 the host of a prefix without a path is not made longer', () => {
    const target = resolveTarget({ api: ['https://acme.test'] }, { path: '.evil.test', query: '' })
    expect(target.href).toBe('https://acme.test/.evil.test')
  })
})

describe('PX-02 a path cannot climb out of the prefix, however often it is decoded', () => {
  test.each([
    '',
    '/',
    '..',
    '../admin',
    'a/../../admin',
    '%2e%2e/admin',
    '.%2e/admin',
    '%2E./admin',
    '%252e%252e/admin',
    '%25252e%25252e/admin',
    '%2%65%2%65/admin',
    '..%2fadmin',
    '..%252fadmin',
    'a%2Fb',
    '..;/admin',
    '..%3b/admin',
    'a;b=c/d',
    'v1/..%5cadmin',
    'a%5Cb',
    './a',
    'a/.',
    'a/./b',
    'a//b',
    'a//',
    'a%00',
    'a%0d%0aHost:evil.test',
    'a%7F',
    '%EF%BC%8E%EF%BC%8E/admin',
    '%E2%80%A5/admin',
    'a%EF%BC%8Fb',
    'a%EF%BC%BCb',
    '%C0%AE%C0%AE/admin',
    '..%20/admin',
    '%20%20',
    'a%3Fb',
    'a%23b',
    '%',
    '%zz',
    'a%u002e',
    'a'.repeat(8192),
  ])('PX-02 %s', (path) => expect(() => resolve(path)).toThrow(invalid))
})

describe('PX-03 nothing but the entry says where calls go', () => {
  test('PX-03 another prefix is chosen by its exact value', () => {
    const choose = (chosen: string) =>
      resolveTarget({ api }, { path: 'x', query: '', api: chosen }).href
    expect(choose('https://files.acme.test/v2')).toBe('https://files.acme.test/v2/x')
    for (const wrong of ['https://evil.test/', 'https://files.acme.test/v2/', '', 'toString'])
      expect(() => choose(wrong)).toThrow(forbidden)
  })

  test('PX-03 an entry without api lets nothing be called', () =>
    expect(() => resolveTarget({ api: [] }, { path: 'x', query: '' })).toThrow(forbidden))

  test('PX-03 a query stays a query', () =>
    expect(resolve('x', '?url=https://evil.test/&a=b')).toBe(
      'https://api.acme.test/v1/x?url=https://evil.test/&a=b',
    ))
})
