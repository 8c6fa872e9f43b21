import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AcmeMood, AcmeSwitches } from './acme-switches.ts'
import { readBody } from './server.ts'

/** Seconds: within the app's patience, but felt. */
const slowness = 4

/**
 * Answers in place of the honest endpoints as the mood wants it; a slow one is answered honestly, later.
 * @returns whether the request has been answered
 */
export async function answerByMood(
  switches: AcmeSwitches,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const path = (request.url ?? '').split('?', 1)[0] ?? ''
  const place = path === '/token' ? 'token' : path.startsWith('/api/') ? 'api' : undefined
  if (!place) return false
  const mood = switches.mood()
  if (mood === 'slow') await sleep(slowness * 1000, undefined, { ref: false })
  const answer = answers[mood]?.[place]
  if (!answer) return false
  if (place === 'token') await note(switches, request, `${answer.status} ${answer.error}`)
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...answer.headers,
  })
  response.end(JSON.stringify({ error: answer.error }))
  return true
}

type Answer = { status: number; error: string; headers?: Record<string, string> }

const outage = { status: 503, error: 'temporarily_unavailable' }
const limit = { status: 429, error: 'rate_limited', headers: { 'retry-after': '20' } }
// RFC 6749 §5.2: what a wrong client secret gets.
const refusal = {
  status: 401,
  error: 'invalid_client',
  headers: { 'www-authenticate': 'Basic realm="Acme Music"' },
}

const answers: Partial<Record<AcmeMood, { token?: Answer; api?: Answer }>> = {
  failing: { token: outage, api: outage },
  limiting: { token: limit, api: limit },
  refusing: { token: refusal },
}

async function note(
  { sawRefresh }: AcmeSwitches,
  request: IncomingMessage,
  outcome: string,
): Promise<void> {
  const form = new URLSearchParams(await readBody(request))
  if (form.get('grant_type') === 'refresh_token') sawRefresh(outcome)
}
