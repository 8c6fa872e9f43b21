import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Client, type Env, SettingsError } from '#lib/env'
import { badAddresses } from './addresses.ts'
import { catalogue } from './catalogue.ts'
import { laidOver } from './override.ts'
import { prepare } from './prepare.ts'
import { type Provider, providerSchema } from './schema.ts'
import { sentence } from './sentence.ts'

/** A provider with a client of ours: one that a user can connect. */
export type OfferedProvider = Provider & { client: Client }

type LoaderEnv = Pick<Env, 'PROVIDERS_FILE' | 'ALLOW_INSECURE_LOCALHOST' | 'client'>

/**
 * The offered providers by id: the catalogue, `PROVIDERS_FILE` merged into it field by field, and
 * of those the ones with a client.
 * @throws {SettingsError} with every problem: the entry's id, the path, what is wrong, what is right
 */
export function loadProviders(env: LoaderEnv): ReadonlyMap<string, OfferedProvider> {
  const problems: string[] = []
  const providers = merged(readEntries(env.PROVIDERS_FILE), problems).flatMap((entry) => {
    const provider = parsed(entry, env, problems)
    return provider ? [provider] : []
  })
  const offered = providers.flatMap((provider) => {
    const client = env.client(provider.id)
    return client ? [{ ...provider, client }] : []
  })
  problems.push(...offered.flatMap(secretProblem), ...shared(offered))
  if (problems.length > 0) throw new SettingsError(problems)
  return new Map(offered.map((provider) => [provider.id, provider]))
}

type RawEntry = Record<string, unknown>

function readEntries(file: string | undefined): unknown[] {
  if (file === undefined) return []
  const entries = parseJson(file, readText(file))
  if (Array.isArray(entries)) return entries
  throw new SettingsError([
    `PROVIDERS_FILE: "${file}" must hold a JSON array of entries, as in [{ "id": "acme", … }]`,
  ])
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
    const hint = reason === 'ENOENT' ? 'there is no such file' : reason
    throw new SettingsError([`PROVIDERS_FILE: cannot read "${file}" (${hint}); mend the path`])
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'cannot be parsed'
    throw new SettingsError([`PROVIDERS_FILE: "${file}" is not valid JSON: ${reason}`])
  }
}

/** The catalogue with the file's entries: ids are unique whatever their case (MX-10). */
function merged(entries: unknown[], problems: string[]): RawEntry[] {
  const byId = new Map<string, RawEntry>(catalogue.map((entry) => [entry.id, entry]))
  const seen = new Set<string>()
  for (const [index, entry] of entries.entries()) {
    if (!isRecord(entry) || typeof entry.id !== 'string') {
      problems.push(
        `PROVIDERS_FILE, entry ${index}: id is missing; each entry is an object with an id`,
      )
      continue
    }
    const id = entry.id.toLowerCase()
    if (seen.has(id))
      problems.push(
        `provider "${entry.id}", id: is there twice; ids are unique, whatever their case`,
      )
    else byId.set(id, laidOver(byId.get(id), entry))
    seen.add(id)
  }
  return [...byId.values()]
}

function parsed(entry: RawEntry, env: LoaderEnv, problems: string[]): Provider | undefined {
  const name = `provider "${String(entry.id)}"`
  const result = providerSchema.safeParse(prepare(entry), { reportInput: true })
  if (!result.success) {
    problems.push(...result.error.issues.map((issue) => `${name}, ${sentence(issue)}`))
    return undefined
  }
  const wrong = [...badAddresses(result.data, { allowLocal: env.ALLOW_INSECURE_LOCALHOST })]
  problems.push(...wrong.map(({ path, message }) => `${name}, ${path.join('.')}: ${message}`))
  return result.data
}

function secretProblem({
  id,
  client,
  token_endpoint_auth_method: method,
}: OfferedProvider): string[] {
  const variable = `${id.toUpperCase().replaceAll('-', '_')}_CLIENT_SECRET`
  if (method === 'none') return []
  if (client.secret === undefined)
    return [`provider "${id}": ${variable} is missing; its client authenticates with ${method}`]
  if (method === 'private_key_jwt' && !isPrivateKey(client.secret))
    return [`provider "${id}": ${variable} must be a private key, as PKCS8 PEM or as JWK in JSON`]
  return []
}

function isPrivateKey(text: string): boolean {
  try {
    if (text.trimStart().startsWith('{')) createPrivateKey({ key: JSON.parse(text), format: 'jwk' })
    else createPrivateKey(text)
    return true
  } catch {
    return false
  }
}

/** One client is one provider: a shared one would let a response of the first pass at the second. */
function shared(offered: OfferedProvider[]): string[] {
  const pairs = offered.flatMap((one, index) =>
    offered.slice(0, index).map((other) => [one, other]),
  )
  return pairs.flatMap(([one, other]) => {
    if (!one || !other) return []
    if (one.client.id === other.client.id && isSameServer(one, other))
      return `provider "${one.id}": uses the client of "${other.id}" at the same authorization server; register one for each`
    // An assertion signed for one server must be worth nothing at another (RFC 7523bis).
    const haveKeys = [one, other].every((p) => p.token_endpoint_auth_method === 'private_key_jwt')
    return haveKeys && one.client.secret === other.client.secret
      ? `provider "${one.id}": uses the private key of "${other.id}"; make one for each`
      : []
  })
}

function isSameServer(a: Provider, b: Provider): boolean {
  return (['issuer', 'authorization_endpoint', 'token_endpoint'] as const).some(
    (field) => a[field] !== undefined && a[field] === b[field],
  )
}

function isRecord(value: unknown): value is RawEntry {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
