import type { Issuer } from '../issuer.ts'
import { djangoOauthToolkit as party } from '../parties/django-oauth-toolkit.ts'

export const djangoOauthToolkitIssuer: Issuer = {
  id: party.id,
  packages: party.packages,
  ...(party.needs ? { needs: party.needs } : {}),
  ...(party.setUp ? { setUp: party.setUp } : {}),
  docs: party.docs,
  driver: 'oidc',
  issuer: (url) => `${url}/o`,
  decide: party.decide,
}
