import { betterAuth } from './parties/better-auth.ts'
import { jmondi } from './parties/jmondi.ts'
import { mcpSdk } from './parties/mcp-sdk.ts'
import { nodeOauth } from './parties/node-oauth.ts'
import { oauth2orize } from './parties/oauth2orize.ts'
import { openauth } from './parties/openauth.ts'
import type { Party } from './party.ts'

/** All that npm gives. */
export const parties: readonly Party[] = [
  betterAuth,
  jmondi,
  mcpSdk,
  nodeOauth,
  oauth2orize,
  openauth,
]

/** What could not be had here, each with the reason. */
export const missing: readonly { name: string; why: string }[] = []
