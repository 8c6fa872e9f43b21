import { post, visit } from '../forms.ts'
import type { Entry, Party, UserDecision } from '../party.ts'

export const openauth: Party = {
  id: 'openauth',
  packages: ['@openauthjs/openauth'],
  docs: 'https://openauth.js.org/docs/issuer/',
  entry: (url) => ({
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    ...common(url),
  }),
  metadata: (url) => ({ discovery: url, ...common(url) }),
  decide,
  cannot: {
    'user denies': 'it asks for no consent',
    proxy: 'its access tokens are for an API of one’s own, and it brings none',
    'user ends it at the server': 'it has no such page, and no call for one',
    'expired code': 'the life of its codes cannot be set',
    'doctor, wrong client secret': 'its clients are public',
    'wrong client secret at connect': 'its clients are public',
    'wrong client secret at refresh': 'its clients are public',
  },
}

/** It leaves out `token_type`, and knows neither scopes nor whose grant it is. */
function common(_url: string): Omit<Entry, 'discovery'> {
  return {
    token_endpoint_auth_method: 'none',
    quirk: 'token_type_missing',
    scope: [],
    account: null,
  }
}

async function decide({ browser, url, authorizationUrl, person }: UserDecision) {
  const page = await visit(browser, authorizationUrl)
  if (page.location?.pathname !== '/code/authorize') return page
  const email = `${person}@example.com`
  await post(browser, page.location, { action: 'request', email })
  const { body: code } = await browser.get(`${url}/mailbox/${email}`)
  return post(browser, page.location, { action: 'verify', code })
}
