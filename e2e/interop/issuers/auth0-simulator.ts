import { formOf, post, postJson, visit } from '../forms.ts'
import type { Issuer } from '../issuer.ts'
import type { UserDecision } from '../party.ts'

export const auth0Simulator: Issuer = {
  id: 'auth0-simulator',
  packages: ['@simulacrum/auth0-simulator'],
  docs: 'https://github.com/thefrontside/simulacrum/tree/v0/packages/auth0',
  driver: 'auth0',
  issuer: (url) => `${url}/`,
  decide,
  cannot: {
    'doctor, wrong client secret': 'it takes every client',
    'doctor, wrong client id': 'it takes every client',
    'user denies': 'it asks for no consent',
    'wrong client secret': 'it takes every client',
  },
}

/** Its page is a script that logs in with what the page was asked for, and then sends the form that it gets. */
async function decide({ browser, url, authorizationUrl, person }: UserDecision) {
  const { location } = await visit(browser, authorizationUrl)
  const asked = Object.fromEntries(location?.searchParams ?? [])
  const credentials = { username: `${person}@example.com`, password: 'correct horse' }
  const page = await postJson(browser, `${url}/usernamepassword/login`, {
    ...asked,
    ...credentials,
  })
  const { action, fields } = formOf(page)
  return post(browser, action, fields)
}
