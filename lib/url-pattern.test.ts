import { describe, expect, test } from 'vitest'
import { parseUrlPattern } from './url-pattern.ts'

const fits = (pattern: string, url: string) => parseUrlPattern(pattern).matches(new URL(url))

describe('RU-18 a path prefix ends at a segment', () => {
  test.each([
    'https://spa.test/app',
    'https://spa.test/app/',
    'https://spa.test/app/x?next=/go',
    'https://SPA.test:443/app#tab',
    'https://spa.test/app//x',
  ])('%s is under https://spa.test/app', (url) => {
    expect(fits('https://spa.test/app', url)).toBe(true)
    expect(fits('https://spa.test/app/', url)).toBe(true)
  })

  test.each([
    'https://spa.test/go?u=//evil',
    'https://spa.test/application',
    'https://spa.test/app%2f..%2fgo',
    'https://spa.test/app/%2e%2e%2fgo',
    'https://spa.test/app/..%5cgo',
    'https://spa.test/app/../go',
    'https://spa.test/app/%2e%2e/go',
    'https://spa.test/APP',
    'https://spa.test/',
    'https://spa.test//app',
    'http://spa.test/app',
    'https://spa.test:8443/app',
    'https://spa.test./app',
    'https://x.spa.test/app',
    'https://spa.test.evil.test/app',
    'https://evilspa.test/app',
  ])('%s is not', (url) => {
    expect(fits('https://spa.test/app', url)).toBe(false)
  })
})

describe('RU-19 a wildcard stands for part of one label', () => {
  const pattern = 'https://my-app-*-my-team.vercel.app'

  test('RU-19 previews of the own project and team fit', () => {
    expect(fits(pattern, 'https://my-app-git-x-my-team.vercel.app/a/b')).toBe(true)
    expect(fits(pattern, 'https://my-app-x-my-team.vercel.app')).toBe(true)
  })

  test.each([
    'https://my-app-git-x-attackerteam.vercel.app',
    'https://my-app.vercel.app.evil.test',
    'https://evil.test/.my-team.vercel.app',
    'https://a.b-my-team.vercel.app',
    'https://my-app-x.y-my-team.vercel.app',
    'https://my-app-x-my-team.vercel.app:444',
    'http://my-app-x-my-team.vercel.app',
    'https://evil-my-team.vercel.app',
    'https://my-app--my-team.vercel.app',
    'https://my-app-x-my-team-vercel.app',
    'https://my-app-x-my-team.vercel.app.',
    'https://my-app-x-my-team.vercelxapp',
  ])('RU-19 %s does not', (url) => {
    expect(fits(pattern, url)).toBe(false)
  })

  test.each([
    ['https://*.vercel.app', /before the \*/],
    ['https://*', /before the \*/],
    ['*', /not an absolute URL/],
    ['https://my-app-*.vercel.app', /write your team after the \*/],
    ['https://my-app-*.netlify.app', /write your team after the \*/],
    ['https://my-*-app-*.vercel.app', /more than one \*/],
    ['https://app.*.test', /only the left-most label/],
    ['https://my-app-x.*', /only the left-most label/],
    ['https://my-*-team.com', /anybody may buy a name under com/],
    ['https://my-*-team.co.uk', /anybody may buy a name under co\.uk/],
  ])('RU-19 the pattern %s is refused at boot', (source, sentence) => {
    expect(() => parseUrlPattern(source)).toThrow(TypeError)
    expect(() => parseUrlPattern(source)).toThrow(sentence)
  })

  test('RU-19 under a domain of one’s own, text before the wildcard is enough', () => {
    const own = 'https://preview-*.example.com/app'
    expect(fits(own, 'https://preview-7.example.com/app/x')).toBe(true)
    expect(fits(own, 'https://preview-7.evil.com/app/x')).toBe(false)
    expect(fits(own, 'https://preview-7.example.com/go')).toBe(false)
  })
})

test.each([
  'javascript:alert(1)',
  'spa.test/app',
  '//spa.test/app',
  'https://user@spa.test/app',
  'https://spa.test/app?x=1',
  'https://spa.test/app#x',
  'https://spa.test/app\\x',
  'https://spa.test/a%2fb',
  'https://SPA.test/app',
  'https://sp\u00e4.test',
  'ftp://spa.test',
  'https://spa.test:99999/app',
  'https://1.2.3.4.5/app',
  '',
])('the entry %j is refused with a sentence that quotes it', (source) => {
  expect(() => parseUrlPattern(source)).toThrow(TypeError)
  expect(() => parseUrlPattern(source)).toThrow(`"${source}"`)
})

test('http and a port hold where the entry names them', () => {
  const pattern = 'http://127.0.0.1:5173'
  expect(fits(pattern, 'http://127.0.0.1:5173/any/path?x=1')).toBe(true)
  expect(fits(pattern, 'http://127.0.0.1:5174/')).toBe(false)
  expect(fits(pattern, 'https://127.0.0.1:5173/')).toBe(false)
})
