import { describe, expect, test } from 'vitest'
import { stubSettings } from '../testing/settings.ts'
import { defaultReturn, parseReturnTo } from './return-url.ts'

const base = 'https://app.test'
stubSettings({
  APP_BASE_URL: base,
  RETURN_URLS: 'https://app.test,https://spa.test/app,https://my-app-*-my-team.vercel.app',
})

const accept = (raw: string) => parseReturnTo(raw, base).href
const refused = expect.objectContaining({ code: 'invalid_return_to' })

/** As a value stands in a query, decoded once. */
const decoded = (text: string) => new URLSearchParams(`v=${text}`).get('v') ?? ''

describe.each([
  [
    'RU-01 an absolute foreign URL',
    'https://evil.test/ HtTpS://evil.test https:\\\\evil.test https:///evil.test http:evil.test https:evil.test https://spa.allowed.evil.test/ https://evilspa.allowed/ https://app.test.evil.test/ https://evil.test/https://app.test/',
  ],
  [
    'RU-02 protocol-relative, and floods of slashes',
    '//evil.test ///evil.test ////evil.test //evil.test:443/ //%65vil.test //app.test',
  ],
  [
    'RU-03 a backslash anywhere',
    '\\evil.test \\\\evil.test /\\evil.test \\/evil.test /x\\y https://app.test\\@evil.test https:\\evil.test /x?next=\\ /x#\\',
  ],
  [
    'RU-05 user information',
    'https://app.test@evil.test/ https://app.test:443@evil.test/ https://app.test\uff03@evil.test https://user:pw@app.test/ https://@app.test/ https://:@app.test/',
  ],
  [
    'RU-06 a host in query or fragment',
    'https://evil.test#@app.test https://evil.test?@app.test https://evil.test/#https://app.test https://evil.test?https://app.test/ https://evil.test;app.test/ https://evil.test,app.test/',
  ],
  [
    'RU-07 another port or scheme',
    'https://app.test:8443/ http://app.test/ ftp://app.test/ https://app.test:99999/ https://app.test:0/ http://spa.test/app https://spa.test:444/app wss://app.test/',
  ],
  [
    'RU-08 a host that is written with other characters',
    'https://app.test./ https://app\u3002test/ https://app\uff0etest/ https://\uff41pp.test/ https://a\u00adpp.test/ https://a\u200bpp.test/ https://xn--pp-hia.test/ https://\u00e4pp.test/ https://%61pp.test/ https://app%2etest/ https://app.test%2f.evil.test/',
  ],
  [
    'RU-09 another scheme, or a blob of an allowed origin',
    'javascript:alert(1) JaVaScRiPt:alert(1) javascript://app.test/%0aalert(1) data:text/html,x vbscript:x file:///etc/passwd blob:https://app.test/u filesystem:https://app.test/x view-source:https://app.test about:blank intent://app.test myapp://cb x',
  ],
  [
    'RU-10 dot segments never become another host',
    '/.//evil.test /..//evil.test /.///evil.test /x/..//evil.test https://app.test//evil.test https://app.test///evil.test /./%5Cevil.test /%2e//evil.test /%2E%2e//evil.test /x/%2e./y https://app.test/../x /.. /.',
  ],
  [
    'RU-15 what is no URL',
    'http://[ https://% https:// https:// https://[::1 /%ff /%e0%a4%a https://app.test:x/ ? # ?x=1',
  ],
  [
    'RU-17 routes and what the login answers',
    '/api/integrations/acme/start?return_to=/x /api/integrations/acme/callback?code=x /auth/logout /auth/login?returnTo=//evil.test /AUTH/logout /%61pi/x /api /auth#x /me/x /my-org/x /_next/data https://app.test/api/x https://app.test/%61uth/logout /%2fapi/x /%5capi/x',
  ],
  [
    'RU-18 past the path of an allowed origin',
    'https://spa.test/go?u=//evil https://spa.test/app/../go https://spa.test/application https://spa.test/app%2f..%2fgo https://spa.test/APP https://spa.test/ https://spa.test/app/%2e%2e/go',
  ],
  [
    'RU-19 look-alikes of a preview host',
    'https://my-app-git-x-attackerteam.vercel.app https://my-app.vercel.app.evil.test https://evil.test/.my-team.vercel.app https://a.b-my-team.vercel.app https://my-app-x-my-team.vercel.app:444 https://evil-my-team.vercel.app',
  ],
])('%s is refused', (_, values) => {
  test.each(values.split(' '))('%s', (value) => {
    expect(() => parseReturnTo(value, base)).toThrow(refused)
  })
})

test.each([
  '/%09/evil.test',
  '/%0a/evil.test',
  '/%0d%0a/evil.test',
  '%20//evil.test',
  '%00//evil.test',
  '/x%0d%0aSet-Cookie:a=b',
  'java%09script:alert(1)',
  '%09//evil.test',
  '/%7f',
  '/x%20y',
  '/x+y',
  '%20/x',
  '/x%20',
])('RU-04 what URL parsers strip is refused: %s', (value) => {
  expect(() => parseReturnTo(decoded(value), base)).toThrow(refused)
})

test('RU-15 bad UTF-8, lone surrogates and what is too long are refused', () => {
  for (const value of [decoded('/%ff'), '/\ud800', '/x\udc00y', `/${'a'.repeat(512)}`])
    expect(() => parseReturnTo(value, base)).toThrow(refused)
  for (const value of ['https://exa mple.com', `/${'a'.repeat(100_000)}`, `/${'é'.repeat(500)}`])
    expect(() => parseReturnTo(value, base)).toThrow(refused)
  expect(accept(`/${'a'.repeat(511)}`)).toHaveLength(base.length + 512)
})

test('RU-14 more than one value is refused, whatever they are', () => {
  expect(() => parseReturnTo(['/ok', 'https://evil.test'], base)).toThrow(refused)
  expect(() => parseReturnTo(['/ok', '/ok'], base)).toThrow(refused)
  expect(parseReturnTo(['/ok'], base).href).toBe('https://app.test/ok')
})

test('RU-16 a missing or empty return_to is the default page', () => {
  const expected = {
    href: 'https://app.test/integrations',
    host: 'app.test',
    path: '/integrations',
  }
  for (const none of [null, undefined, '', [], ['']])
    expect(parseReturnTo(none, base)).toEqual(expected)
  expect(defaultReturn(base)).toEqual(expected)
})

test.each([
  ['/', 'https://app.test/'],
  ['/s?x=1#tab', 'https://app.test/s?x=1#tab'],
  ['https://app.test', 'https://app.test/'],
  ['https://app.test:443/', 'https://app.test/'],
  ['https://APP.test/', 'https://app.test/'],
  ['https://app.test:/', 'https://app.test/'],
  ['HTTPS://app.test/x', 'https://app.test/x'],
  ['https://spa.test/app', 'https://spa.test/app'],
  ['https://spa.test/app/x', 'https://spa.test/app/x'],
  ['https://my-app-x-my-team.vercel.app/y', 'https://my-app-x-my-team.vercel.app/y'],
])('RU-07 RU-18 RU-19 %s is accepted, and emitted normalised', (value, href) => {
  expect(accept(value)).toBe(href)
})

test.each([
  ['/#@evil.test', 'https://app.test/#@evil.test'],
  ['https://app.test#@evil.test', 'https://app.test/#@evil.test'],
  ['https://app.test?@evil.test', 'https://app.test/?@evil.test'],
  ['/@evil.test', 'https://app.test/@evil.test'],
  ['/x?next=../y', 'https://app.test/x?next=../y'],
])('RU-06 %s stays on the own origin', (value, href) => {
  expect(accept(value)).toBe(href)
})

test('RU-08 other characters in a path are fine, and percent-encoded', () => {
  expect(accept('/caf\u00e9?q=\u00fc')).toBe('https://app.test/caf%C3%A9?q=%C3%BC')
})

test.each([
  '/%2f/evil.test',
  '/%2F%2Fevil.test',
  '/%5Cevil.test',
  '/%252F%252Fevil.test',
  '/a?next=%2F%2Fevil.test',
])('RU-02 RU-11 %s is a path of the app, and stays encoded as it is', (value) => {
  expect(accept(value)).toBe(base + value)
})
