import { randomUUID } from 'node:crypto'
import { expect } from 'playwright/test'
import type { Answer, Visitor } from './browser-client.ts'

/** What the app says became of the grant at the provider, and the answer that says it. */
export type Disconnected = { outcome: string | null; error: string | null; answer: Answer }

/**
 * Disconnects as a browser without JavaScript does: reads the provider's page, and posts the form of
 * the first grant that is on it.
 * @param changes laid over the form's fields, for a visitor who forges them
 */
export async function disconnect(
  visitor: Visitor,
  provider = 'acme',
  changes: Record<string, string> = {},
): Promise<Disconnected> {
  const page = await visitor.get(`/integrations/${provider}`)
  const fields = { ...fieldsOf(page.body), ...changes }
  const answer = await postForm(visitor, page.url, fields)
  expect(answer.status, `disconnect answered ${answer.body}`).toBe(303)
  const query = answer.location?.searchParams
  return {
    outcome: query?.get('disconnected') ?? null,
    error: query?.get('error') ?? null,
    answer,
  }
}

/**
 * The form as a page of this app sends it.
 * @param headers laid over those of the browser, for a page of somebody else
 */
export function postForm(
  visitor: Visitor,
  to: URL,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const boundary = `form-${randomUUID()}`
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  return visitor.get(to, {
    method: 'POST',
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      origin: to.origin,
      'sec-fetch-site': 'same-origin',
      ...headers,
    },
    body: `${parts.join('')}--${boundary}--\r\n`,
  })
}

/** The hidden fields of the first form with that button: by default the one that ends a grant. */
export function fieldsOf(html: string, button = 'Disconnect'): Record<string, string> {
  const forms = html.match(/<form\b[^>]*>.*?<\/form>/gs) ?? []
  const form = forms.find((one) => one.includes(`>${button}<`))
  if (!form) throw new Error(`The page has no form with ${button}`)
  const inputs = form.match(/<input\b[^>]*>/g) ?? []
  return Object.fromEntries(
    inputs.map((input) => [attribute(input, 'name'), attribute(input, 'value')]),
  )
}

function attribute(tag: string, name: string): string {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? ''
}
