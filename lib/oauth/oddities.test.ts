import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeOf, GrantkeeperError } from '#lib/errors'
import { attemptOf } from '../testing/attempt.ts'
import { anyBodies, type OddAnswer, oddAnswers } from '../testing/oddities.ts'
import { offered, plainEntry } from '../testing/provider.ts'
import { stubSettings } from '../testing/settings.ts'
import { conform, salvaged } from './conform.ts'
import { longestLifeS } from './life.ts'
import { readMembers } from './members.ts'
import { type ResolvedProvider, resolveProvider } from './metadata.ts'
import { refreshTokens } from './refresh.ts'
import { exchangeCode } from './token.ts'
import { type Renewed, readRenewed, readTokens } from './token-response.ts'

stubSettings({ ALLOW_INSECURE_LOCALHOST: 'true', TOKEN_DEADLINE_MS: '10000' })

/** Printed, so that a run that failed can be had again: `ODDITIES_SEED=… npx vitest run oddities`. */
const given = process.env.ODDITIES_SEED
const seed = given ? Number(given) : Math.floor(Math.random() * 2 ** 31)
console.info(`ODDITIES_SEED=${seed}`)

let server: Server
let next: Pick<OddAnswer, 'status' | 'headers' | 'body'>
let asked = 0
let provider: ResolvedProvider
beforeAll(async () => {
  server = createServer((request, response) => {
    asked += 1
    request.resume()
    response.writeHead(next.status, next.headers).end(next.body)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const endpoints = { authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token` }
  provider = await resolveProvider(offered({ ...plainEntry, ...endpoints }))
})
afterAll(() => void server.close())

const sent = 'RT_cnry_sent'

/** What must be true of the tokens that were read, whatever stood beside them. */
function expectGood(read: Renewed | undefined, { accessToken, refreshToken }: OddAnswer): void {
  expect(read?.accessToken).toBe(accessToken)
  expect(read?.refreshToken ?? undefined).toBe(refreshToken)
  const { accessTokenExpiresAt: at = null, refreshTokenExpiresAt = null, scope } = read ?? {}
  const left = at === null ? 1 : (at - Date.now()) / 1000
  expect(left).toBeGreaterThan(-60)
  expect(left).toBeLessThanOrEqual(longestLifeS)
  expect(Number.isSafeInteger(refreshTokenExpiresAt ?? 1)).toBe(true)
  expect(scope === null || (scope?.length ?? 0) > 0).toBe(true)
}

test('WD-05 WD-06 WD-07 WD-08 a good token in an odd answer is returned, exactly: 250 shapes over the wire', async () => {
  await fc.assert(
    fc.asyncProperty(oddAnswers(), async (answer) => {
      next = answer
      asked = 0
      const { tokens, check } = await exchangeCode(provider, attemptOf(), { code: 'C' })
      expectGood(tokens, answer)
      expectGood(await check(), answer)
      const outcome = await refreshTokens(provider, sent)
      expectGood(outcome.kind === 'tokens' ? outcome.tokens : undefined, answer)
      expect(asked).toBe(2)
    }),
    { seed, numRuns: 250 },
  )
}, 120_000)

test('WD-05 whatever comes over the wire, what is thrown is ours and says nothing of it', async () => {
  const answer = fc.record({
    status: fc.constantFrom(200, 200, 201, 203, 400, 401, 403, 500),
    headers: fc.constant({}),
    body: anyBodies(),
  })
  await fc.assert(
    fc.asyncProperty(answer, async (odd) => {
      next = odd
      const error: unknown = await exchangeCode(provider, attemptOf(), { code: 'C' }).then(
        () => undefined,
        (thrown) => thrown,
      )
      if (error !== undefined) expectOurs(error)
      asked = 0
      const outcome = await refreshTokens(provider, sent)
      expect(asked).toBe(1)
      // It came, so it is an answer: nobody may take it for silence, and send the token again.
      expect(outcome.kind).not.toBe('unanswered')
      if ('cause' in outcome) expect(textOf(outcome.cause)).not.toContain('_cnry_')
    }),
    { seed, numRuns: 200 },
  )
}, 120_000)

const pure = { ...plainEntry }

test('WD-05 WD-06 WD-10 the same without a wire, 3,000 shapes', () => {
  const entry = offered(pure)
  fc.assert(
    fc.property(oddAnswers(), (answer) => {
      const raw = { ...answer, headers: new Headers(answer.headers) }
      const first: unknown = JSON.parse(conform(raw).body)
      const now = performance.now()
      expectGood(readTokens(entry, first as Record<string, unknown>, now), answer)
      const again: unknown = JSON.parse(salvaged(conform(raw, sent), raw, sent).body)
      expectGood(
        readRenewed(entry, again as Record<string, unknown>, { sentAt: now, sent }),
        answer,
      )
      const digits = /"account_id":(\d+)/.exec(answer.body)?.[1]
      if (digits) expect(readMembers(raw)?.account_id).toBe(digits)
    }),
    { seed, numRuns: 3000 },
  )
}, 120_000)

test('WD-05 the reader throws nothing, and sees in no body a life without end: 3,000 bodies', () => {
  const entry = offered(pure)
  fc.assert(
    fc.property(anyBodies(), (body) => {
      const raw = { status: 200, headers: new Headers(), body }
      const { body: text } = salvaged(conform(raw, sent), raw, sent)
      const read: unknown = text === '' ? {} : JSON.parse(text)
      const renewed = readRenewed(entry, read as Record<string, unknown>, {
        ...{ sentAt: performance.now(), sent },
      })
      expect(Number.isSafeInteger(renewed?.accessTokenExpiresAt ?? 1)).toBe(true)
    }),
    { seed, numRuns: 3000 },
  )
}, 120_000)

function expectOurs(error: unknown): void {
  expect(error).toBeInstanceOf(GrantkeeperError)
  expect(['exchange_failed', 'provider_misconfigured', 'temporarily_unavailable']).toContain(
    codeOf(error),
  )
  expect(textOf(error)).not.toContain('_cnry_')
}

/** All that a log would show of an error. */
function textOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${textOf(error.cause)}` : String(error)
}
