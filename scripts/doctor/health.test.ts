import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { listen, readBody } from '#e2e/stand-in/server'
import { examineIssuer } from './issuer.ts'

const appUrl = 'http://localhost:3000'
const client = { id: 'grantkeeper-web', secret: 'SECRET_cnry_login' }
const callback = `${appUrl}/auth/callback`

type Asked = {
  /** The authorization request names the callback that is registered. */
  isKnown: boolean
  isSilent: boolean
  isNavigation: boolean
  /** The token request has the right secret. */
  isOurs: boolean
  redirectUri: string
}
type Says = { status: number; to?: string; text?: string; json?: unknown }
type Issuer = { authorize: (asked: Asked) => Says; token: (asked: Asked) => Says }

const closing: (() => unknown)[] = []
afterEach(() => Promise.all(closing.splice(0).map((close) => close())))

/** An issuer with these habits; in bad health it has another callback registered, or another secret. */
async function issuerOf({ authorize, token }: Issuer, health: Health = {}): Promise<string> {
  const registered = health.callback ?? callback
  const secret = health.secret ?? client.secret
  const server = await listen(
    async (request: IncomingMessage, response: ServerResponse) => {
      const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
      const form = new URLSearchParams(await readBody(request))
      const redirectUri = url.searchParams.get('redirect_uri') ?? ''
      const { authorization = '' } = request.headers
      const asked = {
        isKnown: redirectUri === registered,
        isSilent: url.searchParams.get('prompt') === 'none',
        isNavigation: request.headers['sec-fetch-mode'] === 'navigate',
        isOurs: form.get('client_secret') === secret || authorization.endsWith(btoa(secret)),
        redirectUri,
      }
      if (url.pathname === '/authorize') return answer(authorize(asked), response)
      if (url.pathname === '/token') return answer(token(asked), response)
      if (url.pathname === '/jwks') return answer({ status: 200, json: { keys: [{}] } }, response)
      answer({ status: 200, json: metadataOf(url.origin) }, response)
    },
    { name: 'an issuer', port: 0 },
  )
  closing.push(server.close)
  return `http://localhost:${server.port}`
}

type Health = { callback?: string; secret?: string }

function answer({ status, to, text, json }: Says, response: ServerResponse): void {
  response.writeHead(status, {
    'content-type': json === undefined ? 'text/html' : 'application/json',
    ...(to === undefined ? {} : { location: to }),
  })
  response.end(json === undefined ? text : JSON.stringify(json))
}

function metadataOf(origin: string) {
  return {
    issuer: `${origin}/`,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    jwks_uri: `${origin}/jwks`,
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  }
}

/** What the doctor says of callback URL and client. */
async function said(habits: Issuer, health: Health = {}) {
  const issuer = `${await issuerOf(habits, health)}/`
  const findings = await examineIssuer({
    ...{ setting: 'AUTH0_DOMAIN', meaning: 'the tenant', clientAdvice: 'Copy it again.' },
    ...{ issuer, client, clientAuth: 'client_secret_post', callback },
    backchannelLogout: `${appUrl}/api/auth/backchannel-logout`,
  })
  const about = (word: RegExp) => findings.find(({ says }) => word.test(says))?.verdict
  return {
    callback: about(/It knows http|know the callback URL|knows the callback URL/),
    client: about(/our client/),
  }
}

const page = (text: string, status = 200): Says => ({ status, text })
const back = ({ redirectUri }: Asked, error: string): Says => ({
  status: 302,
  to: `${redirectUri}?error=${error}`,
})
const clientFirst = ({ isOurs }: Asked): Says =>
  isOurs
    ? { status: 400, json: { error: 'invalid_grant' } }
    : { status: 401, json: { error: 'invalid_client' } }
const codeFirst = (): Says => ({ status: 400, json: { error: 'invalid_grant' } })

/** How real issuers answer, as November 2026's interop run saw them, and what can be told of each. */
const issuers: Record<string, { habits: Issuer; healthy: string; unregistered: string }> = {
  // Leads back silently, and refuses an unknown URL at once: oidc-provider, Auth0, Keycloak.
  // https://github.com/panva/node-oidc-provider/blob/main/lib/actions/authorization/check_redirect_uri.js
  'silent and strict': {
    habits: {
      authorize: (asked) =>
        asked.isKnown
          ? asked.isSilent
            ? back(asked, 'login_required')
            : page('<form>Log in</form>')
          : page(
              "<h1>redirect_uri did not match any of the client's registered redirect_uris</h1>",
              400,
            ),
      token: clientFirst,
    },
    healthy: 'good',
    unregistered: 'fault',
  },
  // JSON to scripts; no silence; an unknown URL leads to a page of errors.
  // https://github.com/better-auth/better-auth/blob/main/packages/oauth-provider/src/authorize.ts
  'better-auth': {
    habits: {
      authorize: (asked) => {
        const to = asked.isKnown
          ? '/sign-in?client_id=x'
          : '/error?error=invalid_redirect&error_description=invalid+redirect+uri'
        return asked.isNavigation
          ? { status: 302, to }
          : { status: 200, json: { redirect: true, url: to } }
      },
      token: codeFirst,
    },
    healthy: 'good',
    unregistered: 'fault',
  },
  // Sends to its login before it looks at the URL.
  // https://github.com/jazzband/django-oauth-toolkit/blob/1.7.0/oauth2_provider/views/base.py
  'django-oauth-toolkit': {
    habits: {
      authorize: ({ redirectUri }) => ({
        status: 302,
        to: `/accounts/login/?next=/o/authorize/%3Fredirect_uri%3D${encodeURIComponent(redirectUri)}`,
      }),
      token: clientFirst,
    },
    healthy: 'note',
    unregistered: 'note',
  },
  // Shows its login page to anybody. https://lemonldap-ng.org/documentation/2.0/idpopenidconnect.html
  'LemonLDAP::NG': {
    habits: {
      authorize: () => page('<form>Authentication required: redirect</form>', 401),
      token: clientFirst,
    },
    healthy: 'note',
    unregistered: 'note',
  },
  // Shows its consent; refuses an unknown URL in JSON.
  // https://github.com/lepture/authlib/blob/v1.2.0/authlib/oauth2/rfc6749/grants/base.py
  Authlib: {
    habits: {
      authorize: ({ isKnown }) =>
        isKnown
          ? page('<form>Consent</form>')
          : {
              status: 400,
              json: {
                error: 'invalid_request',
                error_description: 'Redirect URI is not supported by client.',
              },
            },
      token: clientFirst,
    },
    healthy: 'good',
    unregistered: 'fault',
  },
  // Refuses in a page with 200 (AADSTS50011), but leads back silently where the URL is known.
  'refuses with 200': {
    habits: {
      authorize: (asked) =>
        asked.isKnown && asked.isSilent
          ? back(asked, 'login_required')
          : page('redirect URI does not match'),
      token: clientFirst,
    },
    healthy: 'good',
    unregistered: 'note',
  },
  // Does not know prompt=none, and says so itself, to whatever URL.
  'refuses silence': {
    habits: {
      authorize: ({ isSilent }) =>
        isSilent
          ? page('prompt=none is not supported, no redirect', 400)
          : page('<form>Log in</form>'),
      token: clientFirst,
    },
    healthy: 'note',
    unregistered: 'note',
  },
  // Leads anywhere.
  lax: {
    habits: { authorize: (asked) => back(asked, 'login_required'), token: clientFirst },
    healthy: 'note',
    unregistered: 'note',
  },
  'behind a firewall': {
    habits: {
      authorize: () =>
        page('<h1>Access denied</h1> /authorize?redirect_uri=http%3A%2F%2Flocalhost', 403),
      token: clientFirst,
    },
    healthy: 'note',
    unregistered: 'note',
  },
  // Takes pushed requests alone (RFC 9126).
  'wants requests pushed': {
    habits: {
      authorize: () => ({
        status: 400,
        json: { error: 'invalid_request', error_description: 'use PAR' },
      }),
      token: clientFirst,
    },
    healthy: 'note',
    unregistered: 'note',
  },
  'out of order': {
    habits: { authorize: () => page('redirect failed', 503), token: clientFirst },
    healthy: 'note',
    unregistered: 'note',
  },
}

describe('RS-04 an issuer in good health is never accused', () => {
  test.each(Object.entries(issuers))('RS-04 %s', async (_, { habits, healthy }) => {
    expect((await said(habits)).callback).toBe(healthy)
  })
})

describe('RS-04 a callback URL that is not registered is found where that can be told', () => {
  test.each(Object.entries(issuers))('RS-04 %s', async (_, { habits, unregistered }) => {
    const health = { callback: 'https://other.test/callback' }
    expect((await said(habits, health)).callback).toBe(unregistered)
  })
})

test.each([
  ['looks at the client first', clientFirst, 'good', 'fault'],
  ['looks at the code first', codeFirst, 'note', 'note'],
] as const)('RS-05 the login client at an issuer that %s', async (_, token, right, wrong) => {
  const habits = { authorize: () => page('Log in'), token }
  expect((await said(habits)).client).toBe(right)
  expect((await said(habits, { secret: 'another' })).client).toBe(wrong)
})
