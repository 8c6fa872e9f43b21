import { type Scripted, startScripted } from '#e2e/stand-in/scripted'
import { scriptedEntry } from '#e2e/stand-in/scripted-entry'
import type { ProviderEntry } from '#lib/providers/provider'
import { providersFile } from './providers-file.ts'
import { stubSettings } from './settings.ts'

/** Where the third parties send their answers. */
export const redirectUri = 'https://app.test/api/integrations/acme/callback'

/**
 * One scripted provider, offered as several entries: `acme` itself; `whole`, where revoking a token
 * ends all that the account gave; `mute`, which cannot revoke; `shortly`, which takes only a living
 * access token for that; `narrow`, which is asked for a scope when refreshing; `lasting`, whose refresh
 * tokens stay as they are. Before anything asks for `env()`.
 */
export async function startThirdParties(given: Record<string, string> = {}): Promise<ThirdParties> {
  const acme = await startScripted({ id: 'acme', redirectUris: [redirectUri] })
  const entries: ProviderEntry[] = [
    scriptedEntry(acme, { required_scope: ['profile'] }),
    { ...scriptedEntry({ id: 'whole', url: acme.url }), ...distinct('whole'), revokes: 'grant' },
    { ...scriptedEntry({ id: 'mute', url: acme.url }), ...distinct('mute'), ...mute },
    { ...scriptedEntry({ id: 'shortly', url: acme.url }), ...distinct('shortly'), ...shortly },
    { ...scriptedEntry({ id: 'narrow', url: acme.url }), ...distinct('narrow'), ...narrow },
    {
      ...scriptedEntry({ id: 'lasting', url: acme.url }),
      ...distinct('lasting'),
      rotation: 'none',
    },
  ]
  const { settings, remove } = providersFile(entries, { acme: acme.client })
  stubSettings({ ALLOW_INSECURE_LOCALHOST: 'true', ...settings, ...given })
  return {
    acme,
    close: async () => {
      remove()
      await acme.close()
    },
  }
}

export type ThirdParties = { acme: Scripted; close: () => Promise<void> }

const narrow = { refresh_params: { scope: 'profile' } }
const shortly = { revocation_token: 'access_token' as const }
const mute = { revocation_endpoint: undefined }

/** Two entries of one server would be taken for a mistake, if they had one client. */
function distinct(id: string): Partial<ProviderEntry> {
  return { id, name: id }
}
