import type { Env } from '#lib/env'
import { registration } from '#lib/login/issuer'
import type { OfferedProvider } from '#lib/providers/provider'
import { isForThisMachine, portOfBaseUrl } from '#lib/settings/listening'
import { settings } from '#lib/settings/table'
import { isLocal } from '#lib/settings/values'
import { type Finding, fault, note } from './finding.ts'
import { misspelt } from './misspelt.ts'

type Given = Record<string, string | undefined>

/**
 * What starts, and may still not be what was meant.
 * @param offered undefined where the entries could not be read
 */
export function* implausible(
  env: Env,
  given: Given,
  offered: OfferedProvider[] | undefined,
): Generator<Finding> {
  yield* addresses(env)
  yield* returnUrls(env)
  yield* completionUrls(env)
  yield* jobs(env)
  yield* unusedClients(given, offered)
  for (const [name, meant] of misspelt(Object.keys(given), Object.keys(settings.shape)))
    yield note('Settings', `${name} is set, and is no setting`, `Is ${meant} meant?`)
}

function* addresses(env: Env): Generator<Finding> {
  const isHere = isForThisMachine(env)
  if (env.APP_BASE_URL.some((url) => url.startsWith('http:')))
    yield note(
      'Cookies',
      'APP_BASE_URL is http: cookies can be neither Secure nor bound to the host (__Host-)',
      'Good on this machine alone; for real it must be https.',
    )
  const port = portOfBaseUrl(env.APP_BASE_URL[0])
  if (port !== undefined && Number(port) !== env.PORT)
    yield note(
      'Settings',
      `APP_BASE_URL says ${port}, the app listens on ${env.PORT}`,
      'Remove PORT, unless something that listens on the one passes all on to the other.',
    )
  if (!isHere && env.ALLOW_INSECURE_LOCALHOST)
    yield fault(
      'Settings',
      'ALLOW_INSECURE_LOCALHOST=true lets this public deployment call services on its own machine',
      'Remove it.',
    )
}

function* returnUrls({ RETURN_URLS, APP_BASE_URL, ...env }: Env): Generator<Finding> {
  const isHere = isForThisMachine({ APP_BASE_URL })
  for (const { source } of RETURN_URLS) {
    const { protocol, hostname, origin } = new URL(source.replace('*', 'x'))
    if (protocol === 'http:' && !isLocal(hostname))
      yield fault(
        'RETURN_URLS',
        `"${source}" is http: whoever is on the way can change what comes back`,
        'Write https.',
      )
    else if (isLocal(hostname) && !isHere && !env.ALLOW_INSECURE_LOCALHOST)
      yield note(
        'RETURN_URLS',
        `"${source}" is on the machine of whoever follows it`,
        'Remove it for real: any program there could receive the answer.',
      )
    if (APP_BASE_URL.includes(origin))
      yield note(
        'RETURN_URLS',
        `"${source}" is this app itself, whose pages need no entry`,
        'Remove it.',
      )
  }
}

function* completionUrls({ SPA_COMPLETION_URLS, APP_BASE_URL }: Env): Generator<Finding> {
  const isHere = isForThisMachine({ APP_BASE_URL })
  for (const address of SPA_COMPLETION_URLS) {
    const { origin, hostname } = new URL(address)
    if (APP_BASE_URL.includes(origin))
      yield fault(
        'SPA_COMPLETION_URLS',
        `"${address}" is at this app's own origin, where tickets have no use`,
        'Name the page of the SPA, which is on another origin; here a plain link to start is enough.',
      )
    else if (isLocal(hostname) && !isHere)
      yield note(
        'SPA_COMPLETION_URLS',
        `"${address}" is on the machine of whoever follows it`,
        'Remove it for real: any program there could receive the answer.',
      )
  }
}

function* jobs(env: Env): Generator<Finding> {
  const { M2M_CLIENTS, VERCEL, CRON_SECRET } = env
  if (M2M_CLIENTS.includes(registration(env).client.id))
    yield fault(
      'M2M_CLIENTS',
      'It names the client with which users log in, as if it were a job',
      'Make a Machine to Machine Application for each job, and name that.',
    )
  if (VERCEL && !CRON_SECRET)
    yield fault(
      'CRON_SECRET',
      'It is missing, and on Vercel nothing else lets /api/cron be called: nothing is refreshed in time',
      'Set it to 32 random characters; Vercel sends it by itself.',
    )
}

/** A client that nobody has asked for: a misspelt id, or half a pair. */
function* unusedClients(given: Given, offered: OfferedProvider[] | undefined): Generator<Finding> {
  const used = (offered ?? []).map(({ id }) => id.toUpperCase().replaceAll('-', '_'))
  for (const name of Object.keys(given)) {
    const [, prefix = '', part] = /^([A-Z0-9_]+)_CLIENT_(ID|SECRET)$/.exec(name) ?? []
    if (!part || !given[name] || used.includes(prefix) || Object.hasOwn(settings.shape, name))
      continue
    const id = prefix.toLowerCase().replaceAll('_', '-')
    const isHalf = part === 'SECRET' && !given[`${prefix}_CLIENT_ID`]
    if (part === 'SECRET' && !isHalf) continue
    if (!isHalf && !offered) continue
    yield note(
      'Providers',
      isHalf ? `${name} is set, and ${prefix}_CLIENT_ID is not` : `${name}: no entry is "${id}"`,
      isHalf ? 'Set both, or neither.' : 'docs/providers.md has the ids; PROVIDERS_FILE adds more.',
    )
  }
}
