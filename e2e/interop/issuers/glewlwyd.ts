import type { Issuer } from '../issuer.ts'
import { glewlwyd } from '../parties/glewlwyd.ts'

export const glewlwydIssuer: Issuer = {
  id: glewlwyd.id,
  packages: glewlwyd.packages,
  needs: { file: '/usr/bin/glewlwyd', debian: ['glewlwyd'] },
  docs: glewlwyd.docs,
  driver: 'oidc',
  issuer: (url) => `${url}/api/oidc`,
  decide: glewlwyd.decide,
  cannot: { 'user denies': 'its page has no such button' },
}
