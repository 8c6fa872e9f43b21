import { formOf, post, visit } from '../forms.ts'
import type { Entry, Party, UserDecision } from '../party.ts'
import { endAtSite } from './site.ts'

export const djangoOauthToolkit: Party = {
  id: 'django-oauth-toolkit',
  packages: ['python3-django-oauth-toolkit', 'python3-django'],
  needs: {
    file: '/usr/lib/python3/dist-packages/oauth2_provider',
    debian: ['python3-django-oauth-toolkit', 'python3-django'],
  },
  setUp: { program: '/usr/bin/python3', file: 'django_oauth_toolkit.py' },
  docs: 'https://django-oauth-toolkit.readthedocs.io/en/1.7.0/getting_started.html',
  entry: (url) => ({
    issuer: `${url}/o`,
    authorization_endpoint: `${url}/o/authorize/`,
    token_endpoint: `${url}/o/token/`,
    revocation_endpoint: `${url}/o/revoke_token/`,
    userinfo_endpoint: `${url}/o/userinfo/`,
    ...common(url),
  }),
  metadata: (url) => ({
    discovery: `${url}/o`,
    // Its metadata names none.
    revocation_endpoint: `${url}/o/revoke_token/`,
    ...common(url),
  }),
  decide,
  end: endAtSite,
  api: 'me',
}

function common(
  url: string,
): Pick<Entry, 'scope' | 'account' | 'api' | 'token_endpoint_auth_method'> {
  return {
    token_endpoint_auth_method: 'client_secret_basic',
    scope: ['openid', 'profile', 'email'],
    account: { id: 'sub', label: 'name' },
    api: [`${url}/api/`],
  }
}

/** Its own page of consent; the login is the site's. */
async function decide({ browser, url, authorizationUrl, person, decision }: UserDecision) {
  await post(browser, `${url}/login`, { person })
  const page = await visit(browser, authorizationUrl)
  if (page.status !== 200) return page
  const { action, fields } = formOf(page)
  return post(browser, action, { ...fields, ...(decision === 'allow' && { allow: 'Authorize' }) })
}
