import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProviderEntry } from '#lib/providers/provider'

/** These entries as a PROVIDERS_FILE, with a client for each: the settings, and how to clean up. */
export function providersFile(
  entries: ProviderEntry[],
  clients: Record<string, { id: string; secret: string }> = {},
): { settings: Record<string, string>; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'grantkeeper-test-'))
  const file = join(folder, 'providers.json')
  writeFileSync(file, JSON.stringify(entries))
  const settings: Record<string, string> = { PROVIDERS_FILE: file }
  for (const { id } of entries) {
    const prefix = id.toUpperCase().replaceAll('-', '_')
    const client = clients[id] ?? { id: `grantkeeper-at-${id}`, secret: `SECRET_cnry_${id}` }
    settings[`${prefix}_CLIENT_ID`] = client.id
    settings[`${prefix}_CLIENT_SECRET`] = client.secret
  }
  return { settings, remove: () => rmSync(folder, { recursive: true }) }
}
