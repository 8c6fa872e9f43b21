import type { Report } from './report.ts'
import { connects, connectsAndVends, from } from './shapes.ts'
import type { Answer, Honest, Script } from './third-party.ts'

const form = 'application/x-www-form-urlencoded'

/** How token endpoints wrap their answer: content types, codings, status codes. */
export const wrappings: Report[] = [
  raw(
    'bom',
    'https://github.com/DollhouseMCP/mcp-server/issues/2520',
    'a byte order mark before the JSON',
    (json) => ({
      body: Buffer.from(`\ufeff${json}`),
      headers: { 'content-type': 'application/json' },
    }),
  ),
  raw('encoding-utf8', undefined, '`Content-Encoding: UTF-8` on plain bytes', (json) => ({
    body: json,
    headers: { 'content-type': 'application/json', 'content-encoding': 'UTF-8' },
  })),
  raw('json-as-form', undefined, 'JSON under a form’s content type', (json) => ({
    body: json,
    headers: { 'content-type': form },
  })),
  raw('json-as-html', undefined, 'JSON under text/html', (json) => ({
    body: json,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  })),
  raw('json-without-type', undefined, 'no content type', (json) => ({ body: json })),
  raw('json-newlines', undefined, 'white space around the JSON', (json) => ({
    body: `\r\n\r\n${json}\n`,
    headers: { 'content-type': 'application/json' },
  })),
  raw('status-201', undefined, '201 in place of 200', (json) => ({
    status: 201,
    body: json,
    headers: { 'content-type': 'application/json' },
  })),
  raw(
    'form-text-plain',
    'https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps',
    'a form as text/plain',
    (_, honest) => ({
      body: String(new URLSearchParams(texts(honest))),
      headers: { 'content-type': 'text/plain' },
    }),
  ),
  raw('form-charset', undefined, 'a form with a charset', (_, honest) => ({
    body: String(new URLSearchParams(texts(honest))),
    headers: { 'content-type': `${form}; charset=utf-8` },
  })),
  raw(
    'bom-userinfo',
    undefined,
    'a byte order mark before userinfo',
    (json) => ({ body: json, headers: { 'content-type': 'application/json' } }),
    {
      userinfo: () => ({ body: Buffer.from('\ufeff{"id":"ann","name":"Ann"}') }),
    },
  ),
]

function raw(
  name: string,
  source: string | undefined,
  sent: string,
  exchange: (json: string, honest: Honest) => Answer,
  more: Script = {},
): Report {
  const script = { exchange: (honest: Honest) => exchange(JSON.stringify(honest), honest), ...more }
  return { name, ...from(source), sent, expected: connects, script, walk: connectsAndVends }
}

function texts(honest: Honest): Record<string, string> {
  return Object.fromEntries(Object.entries(honest).map(([name, value]) => [name, String(value)]))
}
