import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * A third party that is quick to ask, in a process of its own: its cost is nobody's. Refresh tokens
 * rotate and are good once: `RT.{account}.{how often}`. A code is `CODE.{account}`.
 *
 *     node bench/servers/provider.ts        PORT, and BENCH_DELAY_MS before each answer
 */
const delayMs = Number(process.env.BENCH_DELAY_MS ?? 0)
/** How often each account was refreshed: the one token that is good names it. */
const turns = new Map<string, number>()
const seen = { refreshed: 0, refused: 0, exchanged: 0 }

createServer(async (request, response) => {
  const reply = (status: number, value: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value))
  }
  if (request.url === '/seen') return reply(200, seen)
  if (request.url !== '/token') return reply(200, {})
  const form = new URLSearchParams(await textOf(request))
  const answer = form.get('grant_type') === 'refresh_token' ? refresh(form) : exchange(form)
  if (delayMs > 0) await sleep(delayMs)
  reply('error' in answer ? 400 : 200, answer)
}).listen(Number(process.env.PORT), '127.0.0.1', 4096)

function refresh(form: URLSearchParams) {
  const [, account = '', turn] = (form.get('refresh_token') ?? '').split('.')
  if (Number(turn) !== (turns.get(account) ?? 0)) {
    seen.refused += 1
    return { error: 'invalid_grant' }
  }
  turns.set(account, Number(turn) + 1)
  seen.refreshed += 1
  return tokens(account)
}

function exchange(form: URLSearchParams) {
  const [, account = ''] = (form.get('code') ?? '').split('.')
  seen.exchanged += 1
  return tokens(account)
}

function tokens(account: string) {
  return {
    access_token: `AT.${account}.${randomBytes(24).toString('base64url')}`,
    refresh_token: `RT.${account}.${turns.get(account) ?? 0}`,
    token_type: 'Bearer',
    expires_in: 3600,
    scope: 'profile files.read',
    ...{ user_id: account, user_name: 'Ada Lovelace' },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}
