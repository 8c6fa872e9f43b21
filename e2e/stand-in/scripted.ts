import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { type LoggedRequest, type RequestLog, requestLog } from './request-log.ts'
import { type Reply, send } from './scripted/answer.ts'
import { answerApi } from './scripted/api.ts'
import { endpoints, honestly, type Place } from './scripted/endpoints.ts'
import { scriptedGrants } from './scripted/grants.ts'
import { type Load, type LoadMeter, loadMeter } from './scripted/load.ts'
import {
  type Account,
  accountNamed,
  type ScriptedOptions,
  withDefaults,
} from './scripted/options.ts'
import { type Rule, type Rules, replaces, ruleSchema, rules } from './scripted/rules.ts'
import { listen, readBody } from './server.ts'
import { signingKey } from './signing-key.ts'

export type Scripted = {
  id: string
  /** Also the issuer. */
  url: string
  client: { id: string; secret: string }
  /** Bends an endpoint until `reset`; the same as POST /__ctl. */
  ctl: (rule: Rule) => void
  /** Who consents from now on, by a short name such as `mallory`. */
  consentAs: (name: string) => void
  /** How long the access tokens live that are issued until `reset`, in seconds. */
  tokensLive: (seconds: number) => void
  /** Drops the rules, the log and all else that was set; the same as DELETE /__ctl. */
  reset: () => void
  log: () => readonly LoggedRequest[]
  /** The requests at one path, such as `/token`. */
  calls: (path: string) => readonly LoggedRequest[]
  /** What the token endpoint is doing; `peak` since `reset`. The same as GET /__load. */
  load: () => Load
  /** Whether the provider would still take this token. */
  isLive: (token: string) => boolean
  /** The families of tokens that were issued, oldest first. */
  families: Place['grants']['families']
  close: () => Promise<void>
}

type Control = {
  rules: Rules
  log: RequestLog
  load: LoadMeter
  state: { account: Account; expiresIn: number }
  reset: () => void
}

/**
 * A provider that does as it is told: honest until a rule says otherwise.
 * @throws {Error} that names the port, when it is taken
 */
export async function startScripted(given: ScriptedOptions): Promise<Scripted> {
  const options = withDefaults(given)
  const control = controls(options)
  let answer = (_: IncomingMessage, response: ServerResponse): unknown => response.end()
  const server = await listen((request, response) => answer(request, response), {
    name: `scripted provider "${options.id}"`,
    port: options.port,
  })
  const settings = { ...options, url: `http://127.0.0.1:${server.port}` }
  const place: Place = {
    ...settings,
    key: await signingKey(),
    grants: scriptedGrants(settings, () => control.state.expiresIn),
    account: () => control.state.account,
    pushed: new Map(),
  }
  answer = router(place, control)
  const log = () => control.log.entries
  return {
    id: options.id,
    url: settings.url,
    client: options.client,
    ctl: control.rules.add,
    consentAs: (name) => {
      control.state.account = accountNamed(options.id, name)
    },
    tokensLive: (seconds) => {
      control.state.expiresIn = seconds
    },
    reset: control.reset,
    log,
    calls: (path) => log().filter((entry) => entry.path === path),
    load: control.load.read,
    isLive: place.grants.isLive,
    families: place.grants.families,
    close: server.close,
  }
}

function controls({ id, expiresIn }: Required<ScriptedOptions>): Control {
  const start = () => ({ account: accountNamed(id, 'ann'), expiresIn })
  const control = {
    rules: rules(),
    log: requestLog(),
    load: loadMeter(),
    state: start(),
    reset() {
      control.rules.reset()
      control.log.entries.length = 0
      control.load.reset()
      Object.assign(control.state, start())
    },
  }
  return control
}

function router(place: Place, control: Control) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', place.url)
    if (url.pathname.startsWith('/v1/'))
      return answerApi(place, control, { request, response, url })
    const body = await readBody(request).catch(() => '')
    if (url.pathname.startsWith('/__'))
      return command(place, control, { request, response, body, path: url.pathname })
    control.log.add(request, body)
    if (url.pathname === '/token') control.load.enter(response)
    const endpoint = Object.hasOwn(endpoints, url.pathname) ? endpoints[url.pathname] : undefined
    if (!endpoint) return send({ status: 404, json: { error: 'not_found' } }, {}, response)
    const rule = control.rules.take(endpoint)
    const { authorization } = request.headers
    const visit = { url, form: new URLSearchParams(body), authorization, rule }
    const reply: Reply = replaces(rule) ? { status: 200 } : await honestly(endpoint, place, visit)
    await send(reply, rule, response)
  }
}

const commandSchema = z.union([
  ruleSchema,
  z.strictObject({ endpoint: z.literal('life'), seconds: z.number().positive() }),
  z.strictObject({ endpoint: z.literal('account'), name: z.string().regex(/^[a-z0-9]+$/) }),
])

/** The same controls by HTTP, for tests in another process. */
async function command(
  place: Place,
  control: Control,
  {
    request,
    response,
    body,
    path,
  }: {
    request: IncomingMessage
    response: ServerResponse
    body: string
    path: string
  },
): Promise<void> {
  const reply = (status: number, value: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value))
  }
  if (path === '/__load') return reply(200, control.load.read())
  if (path === '/__log') return reply(200, control.log.entries)
  if (path !== '/__ctl') return reply(404, { error: 'not_found' })
  if (request.method === 'DELETE') {
    control.reset()
    return reply(200, {})
  }
  const parsed = commandSchema.safeParse(JSON.parse(body || 'null'))
  if (!parsed.success) return reply(400, { error: z.prettifyError(parsed.error) })
  if (parsed.data.endpoint === 'account')
    control.state.account = accountNamed(place.id, parsed.data.name)
  else if (parsed.data.endpoint === 'life') control.state.expiresIn = parsed.data.seconds
  else control.rules.add(parsed.data)
  reply(200, {})
}
