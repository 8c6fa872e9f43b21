import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { gzipSync } from 'node:zlib'
import { apiKey } from '../api-key.ts'
import { type App, type Mouth, startApp } from '../app.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { machineToken } from '../machine-token.ts'
import { freePort } from '../stand-in/server.ts'
import { bearer } from '../token-request.ts'
import { bytesOf, type WholeAnswer, wholeAnswer } from '../whole-answer.ts'
import type { World } from '../world.ts'

/** One deployment by its own server and by Next alone: both new, so that neither has counted calls before. */
let mouths: { fast: App; portable: App }
test.beforeAll(async ({ world }) => {
  const start = async (mouth: Mouth) =>
    startApp({ ...world.env, PORT: String(await freePort()) }, { mouth })
  mouths = { fast: await start('fast'), portable: await start('portable') }
})
test.afterAll(async () => {
  await Promise.all(Object.values(mouths ?? {}).map((app) => app.stop()))
})

const path = '/api/integrations/acme/token'
const json = 'Content-Type: application/json'
const good = '{"user":"auth0|alice"}'

type Request = { line?: string; lines?: string[]; body?: string | Buffer }

const requests: Record<string, Request> = {
  'a good one': {},
  'one that asks for all there is to ask': {
    body: '{"user":"auth0|alice","scope":"profile","min_ttl":30}',
  },
  'a scope that is missing': { body: '{"user":"auth0|alice","scope":"admin"}' },
  'a user who is not there': { body: '{"user":"auth0|nobody"}' },
  'a body that is no JSON': { body: 'user=alice' },
  'no body': { body: '' },
  'a list': { body: '[]' },
  'a field besides': { body: '{"user":"auth0|alice","sub":"x"}' },
  'a field twice': { body: '{"user":"auth0|bob","user":"auth0|alice"}' },
  'a prototype': { body: '{"user":"auth0|alice","__proto__":{"org":"x"}}' },
  'a NUL': { body: '{"user":"auth0|alice\\u0000"}' },
  'bytes that are no UTF-8': { body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) },
  'a byte order mark': { body: `\ufeff${good}` },
  'UTF-16': { lines: ['Content-Type: application/json; charset=utf-16'], body: utf16(good) },
  'a body of 16 kB': { body: padded(16_384) },
  'a body of a byte more': { body: padded(16_385) },
  'a body of a megabyte': { body: padded(1_000_000) },
  'a compressed body': { lines: ['Content-Encoding: gzip'], body: gzipSync(good) },
  'a form': { lines: ['Content-Type: application/x-www-form-urlencoded'], body: 'user=alice' },
  'text that is JSON': { lines: ['Content-Type: text/plain'] },
  'an expectation': { lines: ['Expect: 100-continue'] },
  'an override of the method': { lines: ['X-HTTP-Method-Override: GET'] },
  'a condition': {
    lines: ['If-None-Match: *', 'If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT'],
  },
  'a range': { lines: ['Range: bytes=0-3'] },
  'another taste': { lines: ['Accept: text/html'] },
  'headers that mean something to Next': {
    lines: [
      ...['Next-Action: x', 'Next-Url: /', 'Next-Router-Prefetch: 1', 'X-Nextjs-Data: 1'],
      ...['X-Middleware-Subrequest: proxy', 'X-Matched-Path: /', 'X-Now-Route-Matches: 1=x'],
    ],
  },
  'forwarded headers': { lines: ['X-Forwarded-Host: evil.test', 'X-Forwarded-For: 1.2.3.4'] },
  'another provider': { line: 'POST /api/integrations/plain/token' },
  'a provider that is none': { line: 'POST /api/integrations/nobody/token' },
  'a provider in capitals': { line: 'POST /api/integrations/ACME/token' },
  'a provider that is encoded': { line: 'POST /api/integrations/%61cme/token' },
  'a provider with a long name': { line: `POST /api/integrations/${'a'.repeat(41)}/token` },
  'a slash at the end': { line: `POST ${path}/` },
  'a query': { line: `POST ${path}?user=auth0%7Cbob` },
  'capitals in the path': { line: 'POST /api/integrations/acme/Token' },
  GET: { line: `GET ${path}` },
  HEAD: { line: `HEAD ${path}` },
  PUT: { line: `PUT ${path}` },
  DELETE: { line: `DELETE ${path}` },
  OPTIONS: { line: `OPTIONS ${path}` },
  'a session': { lines: ['Cookie: __session=x'] },
  'an origin': { lines: ['Origin: https://spa.test'] },
  'fetch metadata': { lines: ['Sec-Fetch-Site: same-origin'] },
}

for (const [who, authorize] of [
  ['a key', async (world) => bearer(await apiKey(world))],
  ['a machine', async ({ login }) => bearer(await machineToken(login))],
  ['a key for another provider', async (world) => bearer(await apiKey(world, other))],
  ['a key that is none', async () => bearer(`gk_${'A'.repeat(43)}_AAAAAA`)],
  ['a token that is none', async () => bearer('a.b.c')],
  ['nobody', async () => ''],
] satisfies [string, (world: World) => Promise<string>][])
  test(`SA-06 both mouths give the same answers to ${who}`, async ({ alice, world }) => {
    await connect(alice)
    const authorization = await authorize(world)
    for (const [what, request] of Object.entries(requests)) {
      const bytes = toBytes({ authorization, ...request })
      const fast = await answerOf(mouths.fast, bytes)
      expect.soft(fast, what).toEqual(await answerOf(mouths.portable, bytes))
    }
  })

test('an idle connection is kept for longer than load balancers keep theirs', async () => {
  const agent = new Agent({ keepAlive: true })
  const asked = get({ port: mouths.fast.port, path: '/api/health', agent })
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.resume()
  expect(answer.headers['keep-alive']).toBe('timeout=75')
  agent.destroy()
})

const other = { name: 'elsewhere', providers: 'plain' }

function toBytes({
  authorization,
  line = `POST ${path}`,
  lines = [],
  body = good,
}: Request & { authorization: string }): Buffer {
  const isTyped = lines.some((one) => /^content-type/i.test(one))
  const own = [
    ...(authorization ? [`Authorization: ${authorization}`] : []),
    ...(isTyped ? [] : [json]),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return bytesOf(line, [...own, ...lines], body)
}

/**
 * The clock goes on between two requests. What Next alone says, on all that it answers: which headers of a
 * request its pages would heed.
 */
async function answerOf({ port }: App, bytes: Buffer): Promise<WholeAnswer> {
  const { status, headers, body } = await wholeAnswer(port, bytes)
  return {
    status,
    headers: headers
      .filter((line) => line !== varyOfNext)
      .map((line) => line.replace(/^(ratelimit: .*);t=\d+$/, '$1')),
    body: body.replace(/"expires_in":\d+/, '"expires_in":0'),
  }
}

const varyOfNext =
  'vary: rsc, next-router-state-tree, next-router-prefetch, next-router-segment-prefetch, Accept-Encoding'

function padded(length: number): string {
  return `${good.slice(0, -1).padEnd(length - 1)}}`
}

function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le')
}
