import type { Issuer } from '../issuer.ts'
import { betterAuth } from '../parties/better-auth.ts'

export const betterAuthIssuer: Issuer = {
  id: betterAuth.id,
  packages: betterAuth.packages,
  docs: betterAuth.docs,
  driver: 'oidc',
  issuer: (url) => `${url}/api/auth`,
  decide: betterAuth.decide,
}
