import { z } from 'zod'
import { type ClientVerdict, verdictOf } from '#lib/oauth/probe'
import { compareClocks } from './clock.ts'
import { type Finding, fault, good, note } from './finding.ts'
import type { Login } from './login.ts'
import { unreachable } from './unreachable.ts'

const about = 'Login'

/** The login issuer's metadata, keys and clock, and whether it takes our client and our callback URL. */
export async function examineIssuer(login: Login): Promise<Finding[]> {
  const where = new URL(`${login.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const answer = await ask(where)
  if ('error' in answer) {
    const { says, mend } = unreachable(answer.error, where)
    return [fault(about, says, `${mend} (${login.setting})`)]
  }
  const metadata = metadataSchema.safeParse(answer.json)
  if (answer.status !== 200 || !metadata.success)
    return [
      fault(
        about,
        `There is no metadata of an OpenID issuer at ${where.href}`,
        `${login.setting} must name the issuer itself: ${login.meaning}.`,
      ),
    ]
  const { issuer } = metadata.data
  // Auth0's name ends with a slash however the domain was written; any other is written as it stands.
  const isExact = login.setting === 'OIDC_ISSUER'
  const named = (name: string) => (isExact ? name : name.replace(/\/$/, ''))
  if (named(issuer) !== named(login.issuer))
    return [
      fault(
        about,
        `At ${where.host} the issuer calls itself by another name than ${login.issuer}`,
        `Write in ${login.setting} the name that stands as "issuer" in ${where.href}`,
      ),
    ]
  return [
    good(about, `${login.issuer} tells its endpoints.`),
    compareClocks(Math.abs(answer.at - answer.date), "the login issuer's"),
    await examineKeys(metadata.data.jwks_uri),
    await examineClient(metadata.data, login),
    await examineCallback(metadata.data.authorization_endpoint, login),
  ]
}

const metadataSchema = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  token_endpoint_auth_methods_supported: z.array(z.string()).default(['client_secret_basic']),
})

const keysSchema = z.object({ keys: z.array(z.object({ use: z.string().optional() })) })

async function examineKeys(address: string): Promise<Finding> {
  const answer = await ask(new URL(address))
  const keys = 'error' in answer ? undefined : keysSchema.safeParse(answer.json)
  const usable = keys?.data?.keys.filter(({ use = 'sig' }) => use === 'sig') ?? []
  if (usable.length > 0) return good(about, 'It shows the keys that it signs with.')
  const mend = 'No login or access token can be verified until it does.'
  return fault(about, `It shows no key for signatures at ${address}`, mend)
}

/** As at a provider: a code that was never given, with the authentication that the driver uses. */
async function examineClient(
  { token_endpoint: endpoint, token_endpoint_auth_methods_supported: known }: Metadata,
  login: Login,
): Promise<Finding> {
  const { client, callback, clientAuth } = login
  const taken = known.includes('client_secret_basic') ? 'client_secret_basic' : undefined
  const isBasic = (clientAuth ?? taken) === 'client_secret_basic'
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code: 'grantkeeper-doctor-no-such-code',
    redirect_uri: callback,
    ...(isBasic ? {} : { client_id: client.id, client_secret: client.secret }),
  })
  const pair = [client.id, client.secret].map(encodeURIComponent).join(':')
  const headers = new Headers(isBasic ? { authorization: `Basic ${btoa(pair)}` } : {})
  const answer = await ask(new URL(endpoint), { method: 'POST', body, headers })
  if ('error' in answer) {
    const { says, mend } = unreachable(answer.error, new URL(endpoint))
    return fault(about, says, mend)
  }
  const verdict = verdictOf(answer.status, answer.json)
  return verdict === 'client_refused' ? refused(login) : clientFindings[verdict]
}

type Metadata = z.output<typeof metadataSchema>

function refused({ clientAdvice }: Login): Finding {
  return fault(
    about,
    'It refuses our client: id, secret or type of application is wrong',
    clientAdvice,
  )
}

const unsure = note(
  about,
  'Whether it takes our client cannot be told from its answer',
  'Log in once, by hand.',
)
const clientFindings: Record<Exclude<ClientVerdict, 'client_refused'>, Finding> = {
  accepted: good(about, 'It takes our client.'),
  redirect_uri_refused: unsure,
  not_a_token_endpoint: unsure,
  away: note(about, 'It is busy or away just now', 'Run this again later.'),
  unclear: unsure,
}

/** `prompt=none` (OpenID Connect Core §3.1.2.1): nobody is asked anything, and a known URL is led back to. */
async function examineCallback(endpoint: string, { client, callback }: Login): Promise<Finding> {
  const url = new URL(endpoint)
  for (const [name, value] of Object.entries({
    ...{ client_id: client.id, redirect_uri: callback, response_type: 'code', scope: 'openid' },
    ...{ prompt: 'none', state: 'doctor', nonce: 'doctor' },
  }))
    url.searchParams.set(name, value)
  const answer = await ask(url, { redirect: 'manual' })
  if ('error' in answer) return unsure
  if (answer.location?.startsWith(callback)) return good(about, `It knows ${callback}`)
  return fault(
    about,
    `It does not know the callback URL ${callback}`,
    'Register it there (at Auth0: Settings, Allowed Callback URLs), and see that the client id is right.',
  )
}

type Answer = { status: number; json: unknown; location: string | null; at: number; date: number }

const deadlineMs = 10_000

async function ask(url: URL, init: RequestInit = {}): Promise<Answer | { error: unknown }> {
  try {
    const signal = AbortSignal.timeout(deadlineMs)
    const response = await fetch(url, { redirect: 'error', ...init, signal })
    const { status, headers } = response
    const at = Date.now()
    const date = Date.parse(headers.get('date') ?? '') || at
    const json: unknown = await response.json().catch(() => undefined)
    return { status, json, location: headers.get('location'), at, date }
  } catch (error) {
    return { error }
  }
}
