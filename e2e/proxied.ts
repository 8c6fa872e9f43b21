import { expect } from 'playwright/test'
import type { ErrorCode } from '#lib/errors'
import type { Answer, Call, Visitor } from './browser-client.ts'
import { rawRequest } from './raw-request.ts'
import type { World } from './world.ts'

/** What a page of the app sends along with a call. */
export const ownPage = { 'sec-fetch-site': 'same-origin', 'x-grantkeeper': '1' }

/** A call to a provider's API as a page of the app makes it. */
export function callApi(
  visitor: Visitor,
  path: string,
  { provider = 'acme', headers, ...call }: Call & { provider?: string } = {},
): Promise<Answer> {
  const url = `/api/integrations/${provider}/proxy/${path}`
  return visitor.get(url, { ...call, headers: { ...ownPage, ...headers } })
}

/** The same as raw bytes: no client mends the path, the lines or the body. */
export function rawCall(
  { app, appUrl }: World,
  visitor: Visitor,
  raw: { path: string; method?: string; lines?: readonly string[]; body?: string },
  deadlineMs?: number,
): Promise<string> {
  const { path, method = 'GET', lines = [], body = '' } = raw
  const head = [
    `${method} /api/integrations/acme/proxy/${path} HTTP/1.1`,
    'Host: localhost',
    `Cookie: ${visitor.jar.header(new URL(appUrl))}`,
    ...Object.entries(ownPage).map(([name, value]) => `${name}: ${value}`),
    ...(lines.some((line) => /^connection:/i.test(line)) ? [] : ['Connection: close']),
    ...lines,
  ]
  const bytes = `${head.join('\r\n')}\r\n\r\n${body}`
  return rawRequest({ port: app.port, bytes }, deadlineMs)
}

/** The status of an answer that came as raw bytes, or undefined where none came. */
export function statusOf(raw: string): number | undefined {
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(raw) ?? []
  return status === undefined ? undefined : Number(status)
}

/** Our own error, under the headers that all answers of the proxy have, and nothing of the provider. */
export function expectProblem(answer: Answer, status: number, code: ErrorCode): void {
  const problem = JSON.parse(answer.body || 'null')
  expect([answer.status, problem?.code], answer.body).toEqual([status, code])
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer.body).not.toMatch(/127\.0\.0\.1|_cnry_|\/v1\/|ECONN|ENOTFOUND|\n\s+at /)
  expectInert(answer)
}

/** The headers with which no browser runs, frames, embeds or keeps an answer. */
export function expectInert({ headers, setCookies, location }: Answer): void {
  expect(headers['cache-control']).toBe('no-store')
  for (const name of ['Cookie', 'Authorization', 'Origin']) expect(headers.vary).toContain(name)
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(headers['content-security-policy']).toBe("default-src 'none'; sandbox")
  expect(headers['cross-origin-resource-policy']).toBe('same-origin')
  expect(headers['x-frame-options']).toBe('DENY')
  expect(setCookies).toEqual([])
  expect(location).toBeUndefined()
}

/** The living access token of the latest consent at a provider. */
export function latestToken({ providers }: World, provider: 'acme' | 'plain' = 'acme'): string {
  const token = [...(providers[provider].families.at(-1)?.accessTokens.keys() ?? [])].at(-1)
  if (!token) throw new Error('Nobody has consented')
  return token
}

/** The requests at a provider's API. */
export function apiCalls({ providers }: World, provider: 'acme' | 'plain' | 'evil' = 'acme') {
  return providers[provider].log().filter(({ path }) => path.startsWith('/v1'))
}
