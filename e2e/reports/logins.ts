import { expect } from 'playwright/test'
import { requestStart } from '../flow.ts'
import { connected, visit } from './place.ts'
import type { Listed, Report } from './report.ts'

const prefetch = { 'sec-purpose': 'prefetch', 'sec-fetch-site': 'same-origin' }

/** What browsers do to the routes of the login, and to start. */
export const logins: (Report | Listed)[] = [
  {
    name: 'start-prefetched',
    source: 'https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Purpose',
    sent: 'start is fetched ahead of a click',
    expected: 'nothing begins',
    walk: async ({ users, name }) => {
      const answer = await requestStart({ visitor: users.alice, provider: name, headers: prefetch })
      expect(answer.setCookies.join()).not.toContain('oauth_tx_')
    },
  },
  logout('logout-prefetched', 'a prefetch of `/auth/logout`', prefetch),
  logout('logout-rsc', 'a fetch of `/auth/logout` by the router of Next', {
    rsc: '1',
    'next-router-prefetch': '1',
    'sec-fetch-site': 'same-origin',
    'sec-fetch-dest': 'empty',
  }),
  logout('logout-image', '`/auth/logout` as the source of an image', {
    'sec-fetch-dest': 'image',
    'sec-fetch-mode': 'no-cors',
    'sec-fetch-site': 'cross-site',
  }),
  {
    name: 'cookie-after-logout',
    sent: 'a cookie that was copied before *Log out*',
    expected: '401',
    walk: async (place) => {
      const one = await visit(place, 'alice')
      const cookie = one.jar.header(new URL(place.world.appUrl))
      expect((await one.get('/api/integrations', { cookie })).status).toBe(200)
      const headers = {
        'sec-fetch-site': 'same-origin',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      }
      await one.get('/auth/logout', { headers })
      expect((await one.get('/api/integrations', { cookie })).status).toBe(401)
      // The other sessions of that user go on.
      expect((await place.users.alice.get('/api/integrations')).status).toBe(200)
    },
  },
  {
    name: 'login-back-twice, login-callback-stale',
    sent: 'two tabs at the login; a callback of yesterday',
    expected: 'a page with a way on',
    elsewhere: 'RU-24',
  },
]

function logout(name: string, sent: string, headers: Record<string, string>): Report {
  return {
    name,
    sent,
    expected: 'nobody is logged out',
    walk: async (place) => {
      const one = await visit(place, 'alice')
      await one.get('/auth/logout', { headers })
      expect((await one.get('/api/integrations')).status).toBe(200)
      await connected(place)
    },
  }
}
