import type { Answer, Visitor } from '../browser-client.ts'

/** What Chromium sends along when a person clicks a link or a button of a page. */
export const navigation = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-user': '?1',
  'upgrade-insecure-requests': '1',
}

export function visit(browser: Visitor, url: URL | string): Promise<Answer> {
  return browser.get(url, { headers: { ...navigation, 'sec-fetch-site': 'cross-site' } })
}

/** Fields posted as a form of that server's own page. */
export function post(
  browser: Visitor,
  url: URL | string,
  fields: Record<string, string> = {},
): Promise<Answer> {
  const headers = {
    ...navigation,
    'sec-fetch-site': 'same-origin',
    origin: new URL(url).origin,
    'content-type': 'application/x-www-form-urlencoded',
  }
  return browser.get(url, { method: 'POST', headers, body: String(new URLSearchParams(fields)) })
}

/** JSON sent by a script of that server's own page. */
export function postJson(
  browser: Visitor,
  url: URL | string,
  body: unknown,
  method = 'POST',
): Promise<Answer> {
  const headers = {
    'sec-fetch-mode': 'cors',
    'sec-fetch-site': 'same-origin',
    origin: new URL(url).origin,
    'content-type': 'application/json',
  }
  return browser.get(url, { method, headers, body: JSON.stringify(body) })
}

/** The first form of a page: where it leads, and its hidden fields. */
export function formOf({ body, url }: Answer): { action: URL; fields: Record<string, string> } {
  const [form] = /<form\b.*?<\/form>/s.exec(body) ?? []
  if (!form) throw new Error(`There is no form at ${url.pathname}: ${body.slice(0, 500)}`)
  const inputs = form.match(/<input\b[^>]*type="hidden"[^>]*>/g) ?? []
  return {
    action: new URL(attribute(form, 'action') || url.href, url),
    fields: Object.fromEntries(
      inputs.map((input) => [attribute(input, 'name'), attribute(input, 'value')]),
    ),
  }
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? ''
  return value.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&')
}
