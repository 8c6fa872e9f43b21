import type { Visitor } from '../../browser-client.ts'
import { formOf, post, visit } from '../forms.ts'
import type { Entry, UserDecision } from '../party.ts'

/** At the servers whose login and consent are those of `servers/site.mjs`. */
export async function decideAtSite({
  browser,
  url,
  authorizationUrl,
  person,
  decision,
}: UserDecision) {
  await post(browser, `${url}/login`, { person })
  const page = await visit(browser, authorizationUrl)
  if (page.status !== 200) return page
  const { action, fields } = formOf(page)
  return post(browser, action, { ...fields, decision })
}

export const endAtSite = (browser: Visitor, url: string) => post(browser, `${url}/connections/end`)

/** What the entries of all of these have in common. */
export function siteEntry(url: string): Pick<Entry, 'scope' | 'account' | 'api'> {
  return { scope: ['profile'], account: { id: 'id', label: 'name' }, api: [`${url}/api/`] }
}
