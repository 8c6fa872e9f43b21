/**
 * An entry as written, made ready for the schema: scopes may be one text with spaces (as RFC 6749
 * §3.3 writes them), and `{tenant}` in a URL stands for the entry's `tenant`.
 */
export function prepare(entry: Record<string, unknown>): Record<string, unknown> {
  const tenant = typeof entry.tenant === 'string' ? entry.tenant : undefined
  return Object.fromEntries(
    Object.entries(entry).map(([field, value]) => [field, prepareField(field, value, tenant)]),
  )
}

const scopeFields = new Set(['scope', 'optional_scope', 'required_scope'])

function prepareField(field: string, value: unknown, tenant: string | undefined): unknown {
  if (scopeFields.has(field) && typeof value === 'string')
    return value.split(/\s+/).filter((scope) => scope !== '')
  if (tenant === undefined || field === 'tenant') return value
  return Array.isArray(value) ? value.map((item) => insert(item, tenant)) : insert(value, tenant)
}

function insert(value: unknown, tenant: string): unknown {
  return typeof value === 'string' && /^https?:\/\//.test(value)
    ? value.replaceAll('{tenant}', tenant)
    : value
}
