import type { Answer, Visitor } from './browser-client.ts'

/** Follows the link *Log out*, as a click on a page of the app does; where it leads is not visited. */
export function logOut(visitor: Visitor, path = '/auth/logout'): Promise<Answer> {
  return visitor.get(path, { headers: clicked })
}

/** What a browser says of a click on a page of the app. */
export const clicked = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }
