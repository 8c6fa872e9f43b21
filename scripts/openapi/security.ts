import type { ZodOpenApiComponentsObject } from 'zod-openapi'

/** How callers say who they are. */
export const securitySchemes: ZodOpenApiComponentsObject['securitySchemes'] = {
  userToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'An access token of the login issuer, for a user and for this API (`AUTH0_AUDIENCE`), with the scope named here. No cookie may come with it.',
  },
  machineToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'A machine-to-machine token of the login issuer, of a client in `M2M_CLIENTS`, with the scope `vend:{provider}` or `vend:*`.',
  },
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'gk_…',
    description: 'A key made by `npm run keys`, for the providers that it names.',
  },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-session',
    description: 'The login cookie of this app; `__session` on http://localhost.',
  },
  ownPage: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Grantkeeper',
    description:
      'The value 1, from a page of this origin (`Sec-Fetch-Site: same-origin`): with the cookie alone nothing is changed.',
  },
  cronSecret: {
    type: 'http',
    scheme: 'bearer',
    description: '`CRON_SECRET`.',
  },
}
