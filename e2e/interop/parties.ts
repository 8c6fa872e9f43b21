import { existsSync } from 'node:fs'
import { authlib } from './parties/authlib.ts'
import { betterAuth } from './parties/better-auth.ts'
import { djangoOauthToolkit } from './parties/django-oauth-toolkit.ts'
import { glewlwyd } from './parties/glewlwyd.ts'
import { jmondi } from './parties/jmondi.ts'
import { mcpSdk } from './parties/mcp-sdk.ts'
import { nodeOauth } from './parties/node-oauth.ts'
import { oauth2orize } from './parties/oauth2orize.ts'
import { openauth } from './parties/openauth.ts'
import type { Needs, Party } from './party.ts'

const all: readonly Party[] = [
  betterAuth,
  jmondi,
  mcpSdk,
  nodeOauth,
  oauth2orize,
  openauth,
  glewlwyd,
  authlib,
  djangoOauthToolkit,
]

/** All that are here. */
export const parties = all.filter(isHere)

/** All that npm gives. */
export const partiesFromNpm = all.filter(({ needs }) => needs === undefined)

/** What is not here, each with the reason. */
export const missing: readonly { name: string; why: string }[] = [
  ...all
    .filter((one) => !isHere(one))
    .map(({ id, needs }) => ({
      name: id,
      why: `not installed here: apt-get install ${needs?.debian.join(' ')}`,
    })),
  { name: 'LemonLDAP::NG (Debian)', why: 'it has no set-up in this suite yet' },
  { name: 'doorkeeper (Debian)', why: 'it has no set-up in this suite yet' },
]

export function isHere({ needs }: { needs?: Needs }): boolean {
  return needs === undefined || existsSync(needs.file)
}
