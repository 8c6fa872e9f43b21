import type { Contradiction } from './contradictions.ts'
import type { Provider } from './schema.ts'

type Entry = Pick<Provider, 'api_headers' | 'api_auth' | 'api_forward'>

/** Headers of an entry that would undo what the proxy itself says of token, length, host or encoding. */
export function* apiContradictions(entry: Entry): Generator<Contradiction> {
  const auth = (entry.api_auth?.header ?? 'Authorization').toLowerCase()
  if (auth !== 'authorization' && isReserved(auth))
    yield { path: ['api_auth', 'header'], message: taken }
  const judge = (name: string, path: Contradiction['path']): Contradiction[] => {
    if (name.toLowerCase() === auth)
      return [{ path, message: 'bears the access token; leave it out' }]
    return isReserved(name) ? [{ path, message: taken }] : []
  }
  const names = Object.keys(entry.api_headers ?? {})
  for (const name of names) yield* judge(name, ['api_headers', name])
  for (const [index, name] of (entry.api_forward ?? []).entries())
    yield* judge(name, ['api_forward', index])
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length)
    yield { path: ['api_headers'], message: 'has one header twice; case makes no difference' }
  for (const [name, value] of Object.entries(entry.api_headers ?? {}))
    if (/\{/.test(value.replaceAll('{client_id}', '')))
      yield {
        path: ['api_headers', name],
        message: `"${value}" has a brace; only {client_id} is filled in`,
      }
}

const taken = 'is a header that the proxy or HTTP sets itself; leave it out'

/** Of authentication, framing and routing, and what is for this app itself. */
const reserved = new Set([
  ...['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-grantkeeper'],
  ...[
    'host',
    'connection',
    'keep-alive',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'expect',
  ],
  ...['content-length', 'accept-encoding', 'range', 'if-range', 'forwarded', 'via', 'origin'],
  ...['x-real-ip', 'x-original-url', 'x-rewrite-url', 'x-http-method', 'x-http-method-override'],
  ...['x-method-override', 'proxy-connection', 'http2-settings'],
])

function isReserved(name: string): boolean {
  const plain = name.toLowerCase().replaceAll('_', '-')
  return reserved.has(plain) || /^(x-forwarded|grantkeeper|sec|proxy)-/.test(plain)
}
