import { request } from 'undici'

/** What a server answered. `date`: its clock, where it says so, and `at` ours, in milliseconds. */
export type Answer = {
  status: number
  json: unknown
  text: string
  isPage: boolean
  location: string | null
  /** A firewall in front of it answered, which knows nothing of what was asked. */
  isFirewall: boolean
  at: number
  date: number | undefined
}

export type Question = {
  form?: URLSearchParams
  headers?: Record<string, string>
  /** Hands redirects back; otherwise they are followed within the origin, as the login does. */
  isRedirectTold?: boolean
}

/** Asks once, and not with `fetch`, which says of itself that a page's script asks (Sec-Fetch-Mode: cors). */
export async function ask(
  url: URL,
  question: Question = {},
  hops = 2,
): Promise<Answer | { error: unknown }> {
  try {
    const answer = await send(url, question)
    const isRedirect = answer.status >= 300 && answer.status < 400 && answer.location !== null
    if (question.isRedirectTold || !isRedirect) return answer
    const target = URL.parse(answer.location ?? '', url)
    if (question.form || hops === 0 || target?.origin !== url.origin)
      return { error: new Error('redirected') }
    return ask(target, question, hops - 1)
  } catch (error) {
    return { error }
  }
}

const deadlineMs = 10_000
const mostBytes = 262_144

async function send(url: URL, { form, headers }: Question): Promise<Answer> {
  const response = await request(url, {
    method: form ? 'POST' : 'GET',
    headers: {
      'user-agent': 'Mozilla/5.0 (compatible; Grantkeeper doctor)',
      accept: 'application/json',
      ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...headers,
    },
    body: form?.toString() ?? null,
    signal: AbortSignal.timeout(deadlineMs),
  })
  const header = (name: string) => [response.headers[name]].flat()[0]
  const text = await beginningOf(response.body)
  return {
    status: response.statusCode,
    json: parsed(text),
    text,
    isPage: header('content-type')?.startsWith('text/html') === true,
    location: header('location') ?? null,
    isFirewall: ['cf-mitigated', 'x-amzn-waf-action'].some((name) => header(name) !== undefined),
    at: Date.now(),
    date: Date.parse(header('date') ?? '') || undefined,
  }
}

async function beginningOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size > mostBytes) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
