import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { answerAtDoor } from './door.ts'

/** The status with which a request is turned away, or undefined where it is let in. */
function turnedAway(url: string, method = 'GET'): number | undefined {
  let status: number | undefined
  const response = { writeHead: (code: number) => (status = code), end: () => {} }
  const request = { method, url } as IncomingMessage
  const isAnswered = answerAtDoor(request, response as unknown as ServerResponse)
  expect(isAnswered).toBe(status !== undefined)
  return status
}

test.each([
  '/',
  '/integrations?x=../..//',
  '/api/integrations',
  '/api/a/b.c/..d/%41?q=//%zz',
  '/x//y',
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

test.each(['http://evil.test/api/x', '*', 'evil.test:443', ''])(
  'PX-01 a target that is no path is not: "%s"',
  (url) => expect(turnedAway(url)).toBe(400),
)

test.each(['TRACE', 'CONNECT', 'PURGE', 'PROPFIND', 'get'])(
  'PX-10 the method %s is not',
  (method) => expect(turnedAway('/api/x', method)).toBe(405),
)
