import { catalogue } from '#lib/providers/catalogue'
import { type Provider, providerSchema } from '#lib/providers/schema'

const byId = new Map<string, Provider>(
  catalogue.map((entry) => {
    const { tenant = '{tenant}' } = entry as { tenant?: string }
    return [
      entry.id,
      providerSchema.parse(JSON.parse(JSON.stringify(entry).replaceAll('{tenant}', tenant))),
    ]
  }),
)

/**
 * What a text says of a provider of the catalogue, and that provider does not have: a path of the proxy that
 * would not be where its API is, or a scope that its entry does not declare.
 */
export function* unknownToCatalogue(text: string): Generator<string> {
  for (const [, id = '', path = ''] of text.matchAll(proxyPath)) yield* wrongPath(id, path)
  for (const [, id = '', path = ''] of text.matchAll(clientPath)) yield* wrongPath(id, path)
  for (const [, id = '', rest = ''] of text.matchAll(connectScope)) yield* wrongScope(id, rest)
  for (const [, id = '', scope = ''] of text.matchAll(startScope)) yield* wrongScope(id, scope)
}

const proxyPath = /integrations\/([a-z0-9-]+)\/proxy\/([\w./-]+)/g
const clientPath = /\.fetch\(\s*'([a-z0-9-]+)',\s*['`]([^'`]*)/g
const connectScope = /\.connect\(\s*'([a-z0-9-]+)',[^)]*?\bscope: '([^']*)'/g
const startScope = /integrations\/([a-z0-9-]+)\/start\?[^\s`"]*?\bscope=([^\s`"&]+)/g

/** Paths are resolved below the first prefix, whose own segments (`v1`) must not be said again. */
function* wrongPath(id: string, path: string): Generator<string> {
  const [base] = byId.get(id)?.api ?? []
  if (!byId.has(id)) return
  if (!base) return yield `${id} has no api to which "${path}" could lead`
  const first = path.replace(/^\//, '').split(/[/?]/)[0]
  if (new URL(base).pathname.split('/').includes(first ?? ''))
    yield `"${path}" would be ${base}${path}: what the entry's api has is not said again`
}

function* wrongScope(id: string, scopes: string): Generator<string> {
  const provider = byId.get(id)
  if (!provider) return
  const declared = [...provider.scope, ...provider.optional_scope]
  for (const scope of decodeURIComponent(scopes).split(/[ +]/))
    if (!declared.includes(scope)) yield `${id} does not declare the scope "${scope}"`
}
