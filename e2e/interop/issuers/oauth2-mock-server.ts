import { visit } from '../forms.ts'
import type { Issuer } from '../issuer.ts'

export const oauth2MockServer: Issuer = {
  id: 'oauth2-mock-server',
  packages: ['oauth2-mock-server'],
  docs: 'https://github.com/axa-group/oauth2-mock-server',
  driver: 'oidc',
  issuer: (url) => url,
  decide: ({ browser, authorizationUrl }) => visit(browser, authorizationUrl),
  cannot: {
    'doctor, wrong client secret': 'it takes every client',
    'doctor, wrong client id': 'it takes every client',
    'user denies': 'it asks nobody anything',
    'wrong client secret': 'it takes every client',
  },
}
