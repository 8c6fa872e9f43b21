import { z } from 'zod'
import type { ZodOpenApiPathsObject } from 'zod-openapi'
import { providerPath } from '#app/api/schemas/integration'
import { type Described, operation } from './operation.ts'

/** Where browsers go, not programs: these always answer with redirects. */
export function browserPaths(): ZodOpenApiPathsObject {
  return {
    '/api/integrations/{provider}/start': { get: operation(start) },
    '/api/integrations/{provider}/callback': { get: operation(callback) },
    '/api/integrations/{provider}/relay': { get: operation(relay) },
    '/api/auth/logout': { get: operation(logout) },
    '/api/auth/{nextauth}': { get: operation(loginCallback) },
  }
}

const logout: Described = {
  id: 'logOut',
  tag: 'Browsers',
  summary: 'Logs out',
  description:
    'What the *Log out* link of the pages opens, as `/auth/logout`. It ends the session at once for a click on a page of this app alone; a link from elsewhere leads to a page that asks.',
  who: [{ cookie: [] }, {}],
  answers: [
    { status: 204, description: 'Nobody opened it: a prefetch, an image, a script. Nothing ends.' },
    { status: 303, description: 'On to the page that asks, or to the first page.' },
    { status: 307, description: 'On to the logout of the login issuer.' },
  ],
}

const start: Described = {
  id: 'start',
  tag: 'Browsers',
  summary: 'Begins to connect',
  description:
    'A link, not a call. It leads to the third party, or to the login, or over a page that asks first; in the end the browser is at `return_to`, with `integration` and `status=connected`, or with `status=error` and `error`.',
  who: [{ cookie: [] }, {}],
  params: {
    path: providerPath,
    query: z.object({
      return_to: z.string().max(512).optional().meta({
        description: 'A page of this app, or a URL under one of `RETURN_URLS`.',
      }),
      scope: z.string().optional().meta({ description: 'Scopes besides, with spaces between.' }),
      grant: z.uuid().optional().meta({ description: 'Connect this grant again.' }),
      ticket: z.string().optional().meta({
        description: 'Of a SPA, in place of all else: part of its `start_url`.',
      }),
    }),
  },
  answers: [{ status: 303, description: 'On to the next page, errors too.' }],
}

const response = z.object({
  state: z.string(),
  code: z.string().optional(),
  iss: z.string().optional().meta({ description: 'RFC 9207.' }),
  error: z.string().optional(),
})

const callback: Described = {
  id: 'callback',
  tag: 'Browsers',
  summary: 'Where the third party sends the browser back to',
  description: 'The redirection endpoint (RFC 6749 §3.1.2), to be registered there as it is.',
  who: [{ cookie: [] }, {}],
  params: { path: providerPath, query: response },
  answers: [{ status: 303, description: 'Back to where it began.' }],
}

const relay: Described = {
  id: 'relay',
  tag: 'Browsers',
  summary: 'The same for preview deployments, on the stable one',
  description:
    'Hands a response on to the callback of the preview that began (docs/previews.md). It asks for nobody, and keeps nothing.',
  who: [{}],
  params: { path: providerPath, query: response },
  answers: [{ status: 303, description: 'To that preview; errors to a page of this app.' }],
}

const loginCallback: Described = {
  id: 'loginCallback',
  tag: 'Browsers',
  summary: 'Where the login issuer sends the browser back to',
  description:
    'With `LOGIN_DRIVER=oidc` alone, and as `callback/oidc` alone (docs/login.md): the redirection endpoint of the login.',
  who: [{}],
  params: { path: z.object({ nextauth: z.literal('callback/oidc') }), query: response },
  answers: [
    { status: 303, description: 'To the page that the login was for.' },
    { status: 404, description: 'Any other path, or another driver.' },
  ],
}
