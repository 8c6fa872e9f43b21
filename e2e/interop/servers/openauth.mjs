// https://openauth.js.org/docs/issuer/, with people who log in by a code that is sent to them.
import { serve } from '@hono/node-server'
import { issuer } from '@openauthjs/openauth'
import { CodeProvider } from '@openauthjs/openauth/provider/code'
import { MemoryStorage } from '@openauthjs/openauth/storage/memory'
import { createSubjects } from '@openauthjs/openauth/subject'
import { CodeUI } from '@openauthjs/openauth/ui/code'
import { Hono } from 'hono'
import { object, string } from 'zod'
import { clients, port, ready } from './site.mjs'

const codes = {}
const server = issuer({
  subjects: createSubjects({ user: object({ email: string() }) }),
  storage: MemoryStorage(),
  ttl: { access: 10, reuse: 0 },
  providers: {
    code: CodeProvider(
      CodeUI({
        sendCode: async ({ email }, code) => {
          codes[email] = code
        },
      }),
    ),
  },
  allow: async ({ clientID, redirectURI }) =>
    clients.some(({ id, redirectUris }) => id === clientID && redirectUris.includes(redirectURI)),
  success: (response, { claims }) => response.subject('user', { email: claims.email }),
})
const app = new Hono()
app.get('/mailbox/:email', (context) => context.text(codes[context.req.param('email')]))
app.route('/', server)
serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, ready)
