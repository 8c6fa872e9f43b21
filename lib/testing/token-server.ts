import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a token endpoint answers one refresh token, or the check of our client. */
export type TokenAnswer = { status: number; body?: unknown; headers?: Record<string, string> }

export type TokenServer = {
  url: string
  /** The refresh tokens that it was sent, in order. */
  sent: string[]
  /** How often our client was checked without a token. */
  checks: () => number
  reset: () => void
  answer: (how: (token: string) => TokenAnswer, check?: TokenAnswer) => void
  close: () => Promise<void>
}

/** A token endpoint that answers each refresh token as the test says, and any code as `check` says. */
export async function startTokenServer(): Promise<TokenServer> {
  const sent: string[] = []
  let checks = 0
  let how: (token: string) => TokenAnswer = renewed
  let check: TokenAnswer = healthy
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      const form = new URLSearchParams(text)
      const token = form.get('refresh_token')
      if (token === null) checks += 1
      else sent.push(token)
      const isOurs = form.get('client_secret')?.startsWith('SECRET_cnry') === true
      const toCode = isOurs || check !== healthy ? check : wrongClient
      const { status, body, headers = {} } = token === null ? toCode : how(token)
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    checks: () => checks,
    reset() {
      sent.length = 0
      checks = 0
      how = renewed
      check = healthy
    },
    answer(next, nextCheck = healthy) {
      how = next
      check = nextCheck
    },
    close: () => new Promise((done) => server.close(() => done())),
  }
}

/** New tokens, as a server in good health gives them. */
export function renewed(): TokenAnswer {
  return {
    status: 200,
    body: { access_token: 'AT_cnry_new', token_type: 'Bearer', expires_in: 3600 },
  }
}

/** What a server in good health says of a code that it never gave. */
export const healthy: TokenAnswer = { status: 400, body: { error: 'invalid_grant' } }

/** And what it says to a client that is not ours. */
const wrongClient: TokenAnswer = { status: 401, body: { error: 'invalid_client' } }
