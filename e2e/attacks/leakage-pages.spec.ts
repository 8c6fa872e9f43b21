import type { Answer, Visitor } from '../browser-client.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'

const pages = {
  'landing page': '/',
  'integrations page': '/integrations',
  'page after success': '/integrations?integration=acme&status=connected',
  'page after an error': '/integrations?integration=acme&status=error&error=exchange_failed',
  'page of an integration': '/integrations/acme?integration=acme&status=error&error=access_denied',
  'confirm page': '/integrations/connect/acme?return_to=/activity',
  'confirm page of a foreign return URL': '/integrations/connect/acme?return_to=//evil.test',
  'activity page': '/activity',
  'page of a user without access': '/switched-off',
  'not-found page': '/nowhere',
  'not-found page of integrations': '/integrations/nobody',
}

for (const [name, path] of Object.entries(pages))
  test(`LK-05 the ${name} loads nothing of others, and runs no inline script`, async ({
    alice,
    stranger,
  }) => {
    await connect(alice)
    for (const page of await htmlAt(path, alice, stranger)) {
      expectOwnResources(page)
      expectStrictPolicy(page)
    }
  })

for (const [name, path] of Object.entries(pages))
  test(`LK-04 the ${name} says that it may not be framed`, async ({ alice, stranger }) => {
    for (const { headers } of await htmlAt(path, alice, stranger)) {
      expect(headers['x-frame-options']).toBe('DENY')
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    }
  })

test('LK-05 LK-04 an answer under /api whose path is unknown is as strict, and no page', async ({
  alice,
}) => {
  for (const path of ['/api/nothing', '/api/integrations/acme', '/api/integrations/acme/nothing']) {
    const answer = await alice.get(path)
    expect(answer.status).toBe(404)
    expect(answer.headers['x-frame-options']).toBe('DENY')
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.body).not.toMatch(/<[a-z]/i)
  }
})

async function htmlAt(path: string, ...visitors: Visitor[]): Promise<Answer[]> {
  const answers = await Promise.all(visitors.map((visitor) => visitor.get(path)))
  const html = answers.filter(({ headers, status }) => {
    return headers['content-type']?.startsWith('text/html') && status !== 307
  })
  expect(html.length, `${path} is a page for somebody`).toBeGreaterThan(0)
  return html
}

/** Whatever a browser would load, and where forms lead. Links to elsewhere are only followed by hand. */
function expectOwnResources({ body, url, headers }: Answer): void {
  const tags = body.match(/<[a-z][^>]*>/gi) ?? []
  const loading = tags.filter((tag) => !/^<a\s/i.test(tag))
  const targets = loading.flatMap((tag) =>
    [...tag.matchAll(/\s(?:src|href|action|formaction|poster|data|ping)="([^"]*)"/gi)].map(
      ([, value = '']) => new URL(value.replaceAll('&amp;', '&'), url),
    ),
  )
  const preloaded = [...(headers.link ?? '').toString().matchAll(/<([^>]*)>/g)].map(
    ([, value = '']) => new URL(value, url),
  )
  expect(targets.length).toBeGreaterThan(3)
  for (const target of [...targets, ...preloaded])
    expect([url.origin, 'null'], `${url.pathname} loads ${target}`).toContain(target.origin)
  for (const { protocol } of targets) expect(['http:', 'https:', 'data:']).toContain(protocol)
  expect(tags.filter((tag) => /\son[a-z]+\s*=/i.test(tag.replaceAll(/"[^"]*"/g, '""')))).toEqual([])
  expect(tags.filter((tag) => /^<(iframe|object|embed|base)\b/i.test(tag))).toEqual([])
}

function expectStrictPolicy({ body, headers }: Answer): void {
  const policy = directivesOf(headers['content-security-policy']?.toString() ?? '')
  const [nonce = ''] = policy['script-src']?.match(/'nonce-[^']+'/) ?? []
  expect(nonce).toMatch(/^'nonce-[A-Za-z0-9+/=]{20,}'$/)
  expect(policy['default-src']).toBe("'none'")
  expect(policy['script-src']).not.toMatch(/unsafe|https?:|\*/)
  expect(policy['style-src']).not.toMatch(/unsafe|https?:|\*/)
  expect(policy['base-uri']).toBe("'none'")
  expect(policy['form-action']).toBe("'self'")
  const scripts = body.match(/<script[^>]*>/g) ?? []
  const attribute = `nonce="${nonce.slice(7, -1)}"`
  expect(scripts.filter((tag) => !tag.includes(attribute))).toEqual([])
}

function directivesOf(policy: string): Record<string, string> {
  return Object.fromEntries(
    policy.split(';').map((directive) => {
      const [name = '', ...values] = directive.trim().split(' ')
      return [name, values.join(' ')]
    }),
  )
}
