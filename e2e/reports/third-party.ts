import type { IncomingMessage, ServerResponse } from 'node:http'
import { listen, readBody } from '../stand-in/server.ts'

/** An answer as it goes over the wire. An object is sent as JSON, text and bytes as they are. */
export type Answer = { status?: number; headers?: Record<string, string>; body?: unknown }

/** A request as it arrived. */
export type Asked = {
  method: string
  /** Below the provider's own address, with the query. */
  path: string
  headers: IncomingMessage['headers']
  form: URLSearchParams
}

/** What an honest server would say, for an answer that differs from it in one point. */
export type Honest = Record<string, unknown>

/** How one provider answers where it is not honest. Each gets what an honest one would say. */
export type Script = {
  exchange?: (honest: Honest, asked: Asked) => Answer
  refresh?: (honest: Honest, asked: Asked) => Answer
  userinfo?: (honest: Honest, asked: Asked) => Answer
  revoke?: (asked: Asked) => Answer
  api?: (asked: Asked) => Answer
}

/** One provider of many on one server. */
export type ThirdParty = {
  url: string
  script: Script
  asked: (endpoint: string) => Asked[]
  /** Ends the newest refresh token, as a user does at the provider. */
  end: () => void
}

/**
 * Providers on one server, each below a path of its own name: honest (one use per refresh token, the
 * family ends when one is used twice) but for what its script says.
 */
export async function startThirdParties() {
  const providers = new Map<string, Provider>()
  const server = await listen(
    (request, response) => {
      const url = new URL(request.url ?? '/', 'http://x')
      const [, name = '', ...rest] = url.pathname.split('/')
      const provider = providers.get(name)
      if (provider) void answer(provider, `${rest.join('/')}${url.search}`, request, response)
      else response.writeHead(404).end()
    },
    { name: 'third parties of reports', port: 0 },
  )
  const at = (name: string, script: Script): ThirdParty => {
    const provider: Provider = { name, script, log: [], current: new Map(), issued: 0 }
    providers.set(name, provider)
    return {
      url: `http://127.0.0.1:${server.port}/${name}`,
      script,
      asked: (endpoint) => provider.log.filter(({ path }) => path.split(/[/?]/)[0] === endpoint),
      end: () => provider.current.clear(),
    }
  }
  return { at, close: server.close }
}

type Provider = {
  name: string
  script: Script
  log: Asked[]
  /** The refresh token that is good, and whose it is. */
  current: Map<string, string>
  issued: number
}

async function answer(
  provider: Provider,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', headers } = request
  const asked = { method, path, headers, form: new URLSearchParams(await readBody(request)) }
  provider.log.push(asked)
  send(response, answerOf(provider, path.split(/[/?]/)[0] ?? '', asked))
}

function answerOf(provider: Provider, endpoint: string, asked: Asked): Answer {
  const { script } = provider
  if (endpoint === 'token')
    return asked.form.get('grant_type') === 'refresh_token'
      ? refreshed(provider, asked)
      : exchanged(provider, asked)
  if (endpoint === 'revoke') return script.revoke?.(asked) ?? {}
  if (endpoint === 'api') return script.api?.(asked) ?? { body: { path: asked.path } }
  if (endpoint !== 'me') return { status: 404 }
  // In the header, or in the form of an introspection.
  const token = asked.headers.authorization ?? asked.form.get('token') ?? ''
  const account = /AT_cnry_[a-z0-9-]+_([a-z]+)_/.exec(token)?.[1]
  if (!account) return { status: 401, body: { error: 'invalid_token' } }
  const honest = { id: account, name: `${account.slice(0, 1).toUpperCase()}${account.slice(1)}` }
  return script.userinfo?.(honest, asked) ?? { body: honest }
}

/** A code begins with the three letters of the account that consented: `ann`, `bea`, `zoe`. */
function exchanged(provider: Provider, asked: Asked): Answer {
  const account = /^[a-z]{3}/.exec(asked.form.get('code') ?? '')?.[0] ?? 'ann'
  const honest = issue(provider, account)
  return provider.script.exchange?.(honest, asked) ?? { body: honest }
}

function refreshed(provider: Provider, asked: Asked): Answer {
  const sent = asked.form.get('refresh_token') ?? ''
  const account = provider.current.get(sent)
  if (account === undefined) {
    // RFC 9700 §4.14.2: a used one ends its family.
    const family = /_[a-z]{3}_(?=\d+$)/.exec(sent)?.[0] ?? '?'
    for (const token of [...provider.current.keys()])
      if (token.includes(family)) provider.current.delete(token)
    if (!provider.script.refresh) return { status: 400, body: { error: 'invalid_grant' } }
    return provider.script.refresh({ error: 'invalid_grant' }, asked)
  }
  provider.current.delete(sent)
  const honest = issue(provider, account)
  return provider.script.refresh?.(honest, asked) ?? { body: honest }
}

function issue(provider: Provider, account: string): Honest {
  provider.issued += 1
  const suffix = `cnry_${provider.name}_${account}_${provider.issued}`
  provider.current.set(`RT_${suffix}`, account)
  return {
    access_token: `AT_${suffix}`,
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: `RT_${suffix}`,
    scope: 'read write',
  }
}

function send(response: ServerResponse, { status = 200, headers, body = '' }: Answer): void {
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body)
  const type = isRaw ? {} : { 'content-type': 'application/json' }
  response.writeHead(status, { 'cache-control': 'no-store', ...type, ...headers })
  response.end(isRaw ? body : JSON.stringify(body))
}
