import { prepare } from './prepare.ts'

type RawEntry = Record<string, unknown>

/**
 * An entry of the catalogue with a file's entry laid over it, field by field. Descriptions of scopes are laid over
 * one by one, and what the catalogue says of a scope that is not asked for any more goes with that scope: to
 * ask for other scopes, nothing has to be repeated.
 */
export function laidOver(known: RawEntry | undefined, entry: RawEntry): RawEntry {
  if (known === undefined) return entry
  const whole = { ...known, ...entry }
  const { scope, optional_scope } = prepare(whole)
  const asked = new Set([scope, optional_scope].flatMap((one) => (Array.isArray(one) ? one : [])))
  const { scope_descriptions: described, required_scope: required } = known
  if (required && !entry.required_scope)
    whole.required_scope = [required].flat().filter((name) => asked.has(name))
  const own = entry.scope_descriptions ?? {}
  // The schema says of anything else what is wrong with it.
  if (!isRecord(own) || !isRecord(described)) return whole
  const kept = Object.entries(described).filter(([name]) => asked.has(name))
  return { ...whole, scope_descriptions: { ...Object.fromEntries(kept), ...own } }
}

function isRecord(value: unknown): value is RawEntry {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
