import type { Issuer } from '../issuer.ts'
import { authlib } from '../parties/authlib.ts'

export const authlibIssuer: Issuer = {
  id: authlib.id,
  packages: authlib.packages,
  ...(authlib.needs ? { needs: authlib.needs } : {}),
  ...(authlib.setUp ? { setUp: authlib.setUp } : {}),
  docs: authlib.docs,
  driver: 'oidc',
  issuer: (url) => url,
  decide: authlib.decide,
}
