import { z } from 'zod'
import type { Settings } from './table.ts'
import { isAllowedHttp } from './values.ts'

/** A setting that one login driver cannot do without; '' where the other one is in use. */
export function ofDriver(description: string) {
  return z.string().default('').describe(description)
}

/** The same, for what seals the sessions. */
export function sessionSecret(description: string) {
  return z.string().min(32).default('').describe(description)
}

/** What the driver in use needs and has not got. Told together with what the table finds wrong. */
export function* missingForLogin(given: Record<string, string | undefined>): Generator<string> {
  const driver = given.LOGIN_DRIVER === 'oidc' ? 'oidc' : 'auth0'
  // On Vercel the host of each deployment is its own.
  const url = given.VERCEL ? [] : ['NEXTAUTH_URL']
  const names = driver === 'oidc' ? [...needed.oidc, ...url] : needed.auth0
  for (const name of names) if (!given[name]) yield `${name} is missing`
}

const needed = {
  auth0: ['AUTH0_DOMAIN', 'AUTH0_CLIENT_ID', 'AUTH0_CLIENT_SECRET', 'AUTH0_SECRET'],
  oidc: ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'NEXTAUTH_SECRET'],
}

/** What does not fit about the driver in use. */
export function* loginContradictions(env: Settings): Generator<string> {
  const { LOGIN_DRIVER: driver, M2M_CLIENTS, SPA_COMPLETION_URLS } = env
  if (driver === 'auth0') yield* auth0Contradictions(env)
  else yield* oidcContradictions(env)
  const name = driver === 'auth0' ? 'AUTH0_AUDIENCE' : 'OIDC_AUDIENCE'
  if (env[name] === undefined && (M2M_CLIENTS.length > 0 || SPA_COMPLETION_URLS.length > 0))
    yield `${name} is missing: without it no access token of a job (M2M_CLIENTS) or a SPA (SPA_COMPLETION_URLS) is accepted`
}

function* auth0Contradictions(env: Settings): Generator<string> {
  if (/^http:/i.test(env.AUTH0_DOMAIN) && !isAllowedHttp(env, env.AUTH0_DOMAIN))
    yield 'AUTH0_DOMAIN must not be http: only localhost may be, with ALLOW_INSECURE_LOCALHOST=true'
  else if (!isAuth0Domain(env.AUTH0_DOMAIN))
    yield 'AUTH0_DOMAIN must be a host such as acme.eu.auth0.com, or its URL with https://: a port or a path needs the URL; a query, an IP address and a .local name are refused by the SDK'
}

/** What the Auth0 SDK takes (its `normalizeDomain`): it tells all else at each login alone. */
function isAuth0Domain(domain: string): boolean {
  const isUrl = /^https?:\/\//i.test(domain)
  const url = URL.parse(isUrl ? domain : `https://${domain}`)
  if (!url || url.search || url.hash || (!isUrl && /[/:]/.test(domain))) return false
  return !/^\d+(\.\d+){3}$|^\[|\.local$/.test(url.hostname)
}

function* oidcContradictions(env: Settings): Generator<string> {
  if (!/^https?:$/.test(URL.parse(env.OIDC_ISSUER)?.protocol ?? ''))
    yield 'OIDC_ISSUER is no URL: write it as it stands in the metadata of the issuer, with https://'
  else if (/[?#]|\/\.well-known\//.test(env.OIDC_ISSUER))
    yield 'OIDC_ISSUER is the issuer itself, not the address of its metadata, and has no query'
  else if (/^http:/i.test(env.OIDC_ISSUER) && !isAllowedHttp(env, env.OIDC_ISSUER))
    yield 'OIDC_ISSUER must not be http: only localhost may be, with ALLOW_INSECURE_LOCALHOST=true'
  if (env.NEXTAUTH_URL === undefined) return
  const [base, ...others] = env.APP_BASE_URL
  if (others.length > 0)
    yield 'APP_BASE_URL takes one URL with LOGIN_DRIVER=oidc: next-auth knows but NEXTAUTH_URL'
  if (env.NEXTAUTH_URL !== base)
    yield 'NEXTAUTH_URL must be the same as APP_BASE_URL: logins would come back to another host'
}
