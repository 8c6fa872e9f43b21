import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type ClientVerdict, compared, noSuchCode, verdictOf, wrongSecret } from '#lib/oauth/probe'
import { type Answer, ask } from './ask.ts'
import { examineCallback } from './callback-url.ts'
import { compareClocks } from './clock.ts'
import { type Finding, fault, good, note } from './finding.ts'
import type { Login } from './login.ts'
import { formEncodedAsLogin } from './login.ts'
import { shownUrl } from './shown-url.ts'
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
  if (isAway(answer)) return [away]
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
        `At ${where.host} the issuer calls itself by another name than ${login.issuer}: ${shownUrl(issuer)}`,
        `Write in ${login.setting} the name that stands as "issuer" in ${where.href}, to the last slash.`,
      ),
    ]
  return [
    good(about, `${login.issuer} tells its endpoints.`),
    await examineKeys(metadata.data.jwks_uri),
    ...(await examineClient(metadata.data, login)),
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
  if ('error' in answer) {
    const { says, mend } = unreachable(answer.error, new URL(address))
    return fault(about, `jwks_uri: ${says}`, mend)
  }
  if (isAway(answer)) return away
  const keys = keysSchema.safeParse(answer.json)
  const usable = keys.data?.keys.filter(({ use = 'sig' }) => use === 'sig') ?? []
  if (usable.length > 0) return good(about, 'It shows the keys that it signs with.')
  const mend = 'No login or access token can be verified until it does.'
  return fault(about, `It shows no key for signatures at ${address}`, mend)
}

/**
 * As at a provider: a code that was never given, with the authentication that the driver uses, and where ours
 * is not refused a second time with a secret that is surely wrong. The answer to the first tells the time,
 * too: unlike the metadata, no cache can have kept it.
 */
async function examineClient(metadata: Metadata, login: Login): Promise<Finding[]> {
  const endpoint = new URL(metadata.token_endpoint)
  const probe = (secret: string) => ask(endpoint, tokenRequest(metadata, login, secret))
  const answer = await probe(login.client.secret)
  if ('error' in answer) {
    const { says, mend } = unreachable(answer.error, endpoint)
    return [fault(about, says, mend)]
  }
  const verdict = await compared(verdictIn(answer), async () => {
    const wrong = await probe(wrongSecret())
    return 'error' in wrong ? 'away' : verdictIn(wrong)
  })
  return [timeOf(answer), verdict === 'client_refused' ? refused(login) : clientFindings[verdict]]
}

function tokenRequest(metadata: Metadata, login: Login, secret: string) {
  const { client, callback, clientAuth } = login
  const known = metadata.token_endpoint_auth_methods_supported
  const taken = known.includes('client_secret_basic') ? 'client_secret_basic' : undefined
  const isBasic = (clientAuth ?? taken) === 'client_secret_basic'
  const form = new URLSearchParams({
    ...{ grant_type: 'authorization_code', code: noSuchCode, redirect_uri: callback },
    ...{ code_verifier: randomBytes(32).toString('base64url') },
    ...(isBasic ? {} : { client_id: client.id, client_secret: secret }),
  })
  const pair = [client.id, secret].map(formEncodedAsLogin).join(':')
  return isBasic ? { form, headers: { authorization: `Basic ${btoa(pair)}` } } : { form }
}

function verdictIn({ status, json, isPage }: Answer): ClientVerdict {
  return verdictOf(status, json, isPage)
}

function timeOf({ at, date }: Answer): Finding {
  if (date !== undefined) return compareClocks(Math.abs(at - date), "the login issuer's")
  const mend = 'Keep this machine on time by NTP.'
  return note('Clock', 'The login issuer does not tell its time: it cannot be compared', mend)
}

function isAway({ status }: Answer): boolean {
  return status === 429 || status >= 500
}

const away = note(about, 'It is busy or away just now', 'Run this again later.')

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
  away,
  unclear: unsure,
}
