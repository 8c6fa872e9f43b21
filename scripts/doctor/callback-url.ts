import { createHash, randomBytes } from 'node:crypto'
import { type Answer, ask } from './ask.ts'
import { type Finding, fault, good, note } from './finding.ts'
import type { Login } from './login.ts'

const about = 'Login'

/**
 * Whether the issuer knows our callback URL. Issuers differ in when they look at it: at once, after the
 * login, or after a question; so each answer is held against the one to a URL that cannot be registered.
 * It knows ours where it leads back to it, or refuses the other alone. It does not where it refuses both
 * alike and names the redirect URI as the reason. Else nothing can be told.
 */
export async function examineCallback(endpoint: string, login: Login): Promise<Finding> {
  const { callback } = login
  const other = `https://grantkeeper-doctor-${randomBytes(9).toString('hex')}.invalid/callback`
  const known = good(about, `It knows ${callback}`)
  for (const isSilent of [true, false]) {
    const [ours, foreign] = await Promise.all(
      [callback, other].map((uri) => navigate(endpoint, login, { uri, isSilent })),
    )
    if (!ours || !foreign) return untold(callback)
    if (leadsTo(callback, ours)) return leadsTo(other, foreign) ? untold(callback) : known
    // A refusal of what nobody asked to be silent may mean the silence alone.
    if (isSilent) continue
    if (!isRefusal(ours) && isRefusal(foreign)) return known
    if (isAlike(ours, foreign) && blamesCallback(ours)) return unknown(callback)
  }
  return untold(callback)
}

function unknown(callback: string): Finding {
  return fault(
    about,
    `It does not know the callback URL ${callback}`,
    'Register it there (at Auth0: Settings, Allowed Callback URLs), and see that the client id is right.',
  )
}

function untold(callback: string): Finding {
  return note(
    about,
    `Whether it knows the callback URL ${callback} cannot be told without a user`,
    'See that it is registered there, and log in once, by hand.',
  )
}

/**
 * Asks as a browser does that follows a link. Silently (`prompt=none`, OpenID Connect Core §3.1.2.1) nobody is
 * asked anything, and a known URL is led back to at once; not by every issuer.
 */
async function navigate(
  endpoint: string,
  { client }: Login,
  { uri, isSilent }: { uri: string; isSilent: boolean },
): Promise<Answer | undefined> {
  const url = new URL(endpoint)
  const verifier = randomBytes(32).toString('base64url')
  const parameters = {
    ...{ client_id: client.id, redirect_uri: uri, response_type: 'code', scope: 'openid' },
    ...{ state: randomBytes(16).toString('hex'), nonce: randomBytes(16).toString('hex') },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(isSilent ? { prompt: 'none' } : {}),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  const answer = await ask(url, { headers: asNavigation, isRedirectTold: true })
  return 'error' in answer || answer.status >= 500 || answer.status === 429 ? undefined : answer
}

/** As Chromium sends them (w3.org/TR/fetch-metadata): better-auth answers JSON to anything else. */
const asNavigation = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-language': 'en',
  'upgrade-insecure-requests': '1',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'cross-site',
  'sec-fetch-user': '?1',
}

function leadsTo(uri: string, { location }: Answer): boolean {
  const target = URL.parse(location ?? '')
  const { origin, pathname } = new URL(uri)
  return target?.origin === origin && target.pathname === pathname
}

/** A refusal in so many words: an error, a page that is none of a login (401), or a way to a page of errors. */
function isRefusal(answer: Answer): boolean {
  const { status, location, isFirewall } = answer
  if (isFirewall) return false
  if (location !== null) return errorIn(location) !== undefined
  return status >= 400 && status !== 401
}

function errorIn(location: string): string | undefined {
  const url = URL.parse(location, 'https://issuer.invalid')
  const fragment = new URLSearchParams(url?.hash.slice(1))
  return url?.searchParams.get('error') ?? fragment.get('error') ?? undefined
}

function isAlike(a: Answer, b: Answer): boolean {
  const place = ({ location }: Answer) => location?.split(/[?#]/, 1)[0]
  return a.status === b.status && place(a) === place(b)
}

/**
 * Whether a refusal is about the redirect URI. What the request itself said, and a page may repeat, is no
 * word of the issuer's.
 */
function blamesCallback(answer: Answer): boolean {
  if (!isRefusal(answer)) return false
  const said = `${answer.location ?? ''} ${answer.text}`
  return /redirect|callback/i.test(said.replaceAll(/redirect_uri(=|%3D|&#61;)[^\s"'<>]*/gi, ''))
}
