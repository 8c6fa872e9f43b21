import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { answerAtDoor } from './door.ts'

/** The status with which a request is turned away, or undefined where it is let in. */
function turnedAway(url: string, method = 'GET', headers = {}): number | undefined {
  let status: number | undefined
  const response = { writeHead: (code: number) => (status = code), end: () => {} }
  const request = { method, url, headers } as IncomingMessage
  const isAnswered = answerAtDoor(request, response as unknown as ServerResponse)
  expect(isAnswered).toBe(status !== undefined)
  return status
}

test.each([
  '/',
  '/integrations?x=../..//',
  '/api/integrations',
  '/api/a/b.c/..d/%41?q=//%zz',
  '/docs/api',
  '/nosuch.png?x=\\',
  '/_next/static/chunks/a~b.c.js',
])('what servers read alike is let in: %s', (url) => expect(turnedAway(url)).toBeUndefined())

test.each([
  '/api/a/../b',
  '/api/./b',
  '/api/a/..',
  '/api/a/.%2E/b',
  '/api/a/%2e',
  '/api//b',
  '/api/a\\b',
  '/api/%',
  '/api/%zz/b',
  '/api/%c0%ae%c0%ae/b',
])('PX-02 a path of the API that servers read differently is not: %s', (url) =>
  expect(turnedAway(url)).toBe(400),
)

test.each([
  '//api/integrations/acme/callback?code=x',
  '//evil.test/integrations',
  '/x//y',
  '/\\evil.test',
  '/integrations\\..\\api/x',
  '/integrations/../api/x',
  '/integrations/%2e%2e/api/x',
  '/%zz',
])('AU-21 nor is a path of a page: %s', (url) => expect(turnedAway(url)).toBe(400))

test.each(['/', '/integrations', '/nosuch.png', '/_next/x', '/apix'])(
  'AU-05 a body to %s that is long, or does not say how long it is, is turned away',
  (url) => {
    const method = url.startsWith('/_next/') ? 'GET' : 'POST'
    expect(turnedAway(url, method, { 'content-length': '65536' })).toBeUndefined()
    expect(turnedAway(url, method, { 'content-length': '65537' })).toBe(413)
    expect(turnedAway(url, method, { 'transfer-encoding': 'chunked' })).toBe(411)
  },
)

test('AU-05 routes of the API, which read no more than they take, get theirs', () => {
  for (const headers of [{ 'content-length': '33000000' }, { 'transfer-encoding': 'chunked' }])
    expect(turnedAway('/api/integrations/acme/proxy/x', 'POST', headers)).toBeUndefined()
})

test('AU-02 nothing but files is below /_next/', () => {
  expect(turnedAway('/_next/x', 'POST', { 'next-action': 'x' })).toBe(405)
})

test.each(['http://evil.test/api/x', '*', 'evil.test:443', ''])(
  'PX-01 a target that is no path is not: "%s"',
  (url) => expect(turnedAway(url)).toBe(400),
)

test.each(['TRACE', 'CONNECT', 'PURGE', 'PROPFIND', 'get'])(
  'PX-10 the method %s is not',
  (method) => expect(turnedAway('/api/x', method)).toBe(405),
)
