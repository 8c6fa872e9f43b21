import { randomUUID } from 'node:crypto'
import { Auth0Client } from '@auth0/nextjs-auth0/server'
import { NextRequest } from 'next/server'
import { env } from '#lib/env'
import { spend } from '#lib/integrations/attempt'
import { callThirdParty } from '#lib/oauth/outbound'
import { sealFor, unsealFor } from '#lib/oauth/seal'
import { serveOrders } from './worker.ts'

type Given = {
  /** Of people who are logged in. */
  cookies: string[]
  /** The third party's token endpoint. */
  endpoint: string
}

/** As large as what a start keeps in its cookie. */
const attempt = { id: 'i'.repeat(43), rest: 'r'.repeat(500) }
const sealed = await sealFor('transaction', attempt)
const { AUTH0_DOMAIN, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET, AUTH0_SECRET, APP_BASE_URL } = env()
const [base = ''] = APP_BASE_URL
const login = new Auth0Client({
  domain: AUTH0_DOMAIN,
  clientId: AUTH0_CLIENT_ID,
  clientSecret: AUTH0_CLIENT_SECRET,
  secret: AUTH0_SECRET,
  appBaseUrl: base,
  allowInsecureRequests: true,
})

// What a start and a callback are made of, each by itself and without Next.
serveOrders<Given>({
  async session({ cookies }, n) {
    const cookie = cookies[n % cookies.length] ?? ''
    const session = await login.getSession(new NextRequest(base, { headers: { cookie } }))
    if (!session) throw new Error('Nobody is logged in')
  },
  seal: () => sealFor('transaction', attempt),
  unseal: () => unsealFor('transaction', sealed),
  async call({ endpoint: url }) {
    const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' })
    const body = `grant_type=authorization_code&code=CODE.${randomUUID()}`
    const { status } = await callThirdParty({ url, method: 'POST', headers, body })
    if (status !== 200) throw new Error(`The third party said ${status}`)
  },
  commit: () => spend({ id: randomUUID(), expiresAt: Date.now() + 600_000 }),
})
