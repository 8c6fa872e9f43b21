import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'playwright/test'
import { visitCallback } from '../flow.ts'
import { outcomeOf, textOf } from './place.ts'
import type { Listed, Report } from './report.ts'

/** What comes back in the browser. */
export const callbacks: (Report | Listed)[] = [
  returns('code-5000', undefined, 'a code of 5,000 characters', { code: `ann${'x'.repeat(4997)}` }),
  returns('code-2600', undefined, 'a code of 2,600 characters', { code: `ann${'x'.repeat(2597)}` }),
  returns(
    'code-plus-slash',
    'https://developers.google.com/identity/protocols/oauth2/web-server',
    'a code with `+`, `/` and `=`',
    {
      code: 'ann/4+0A==',
    },
  ),
  returns(
    'extra-parameters',
    'https://developers.google.com/identity/protocols/oauth2/web-server',
    'parameters that nobody asked for',
    {
      scope: 'read write',
      authuser: '0',
      prompt: 'consent',
      hd: 'example.com',
    },
  ),
  {
    name: 'state-encoded-twice',
    sent: 'a state that was percent-encoded twice',
    expected: 'connected where the state has nothing to encode, as ours',
    walk: async (place) => {
      const url = await place.callback()
      const state = url.searchParams.get('state') ?? ''
      url.searchParams.set('state', encodeURIComponent(state))
      expect(outcomeOf(await visitCallback(place.users.alice, url))).toBe('connected')
    },
  },
  {
    name: 'error-not-ascii',
    sent: '`error_description` in another language',
    expected: '`access_denied`, and the provider’s text is not shown',
    walk: async (place) => {
      const url = await place.callback()
      url.searchParams.delete('code')
      url.searchParams.set('error', 'access_denied')
      url.searchParams.set('error_description', 'Пользователь отказал')
      expect(outcomeOf(await visitCallback(place.users.alice, url))).toBe('access_denied')
    },
  },
  {
    name: 'error-without-state',
    sent: '`error=access_denied` without a state',
    expected: 'no grant, and no alarm',
    walk: async (place) => {
      const url = await place.callback()
      url.search = '?error=access_denied'
      const { location } = await visitCallback(place.users.alice, url)
      const page = await place.users.alice.get(location ?? '/')
      expect(textOf(page.body)).not.toMatch(/does not belong|was not connected|somebody else/i)
      expect(await place.grants()).toEqual([])
    },
  },
  {
    name: 'twice-the-same',
    sent: 'the browser delivers the callback twice, 300 ms apart, while the exchange takes longer',
    expected: 'one exchange, and what is shown last is true',
    walk: async (place) => {
      const url = await place.callback()
      const first = visitCallback(place.users.alice, url)
      await sleep(50)
      const second = await visitCallback(place.users.alice, url)
      expect(outcomeOf(await first)).toBe('connected')
      const page = await place.users.alice.follow(second.location ?? '/')
      expect(textOf(page.body)).not.toMatch(/was not connected|another browser/i)
      expect(place.third.asked('token')).toHaveLength(1)
    },
  },
  {
    name: 'twice-first-aborted',
    sent: 'the browser gives the first request up, and comes again',
    expected: 'the grant is kept, and one code is exchanged',
    elsewhere: 'RF-21',
  },
  {
    name: 'prefetched',
    sent: 'the callback is fetched with `Sec-Purpose: prefetch` before the browser goes there',
    expected: 'what is shown last is true',
    walk: async (place) => {
      const url = await place.callback()
      await visitCallback(place.users.alice, url, { 'sec-purpose': 'prefetch' })
      const last = await visitCallback(place.users.alice, url)
      const page = await place.users.alice.follow(last.location ?? '/')
      expect(textOf(page.body)).not.toMatch(/was not connected|another browser/i)
      expect(await place.grants()).toHaveLength(1)
    },
  },
  {
    name: 'form-post-apple',
    source:
      'https://developer.apple.com/documentation/signinwithapple/incorporating-sign-in-with-apple-into-other-platforms',
    sent: 'answers by POST (`response_mode=form_post`)',
    expected: 'connects, or the entry is refused at the start',
    later: 'comes with `response_mode`; until then such an entry stops the start (WD-14)',
  },
  later(
    'code-by-another-name',
    'https://developer-docs.amazon.com/sp-api/docs/website-authorization-workflow',
    'the code as `spapi_oauth_code`',
    '`authorization_response_names`',
  ),
  later(
    'realm-id',
    'https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0',
    '`realmId` in the callback',
    '`values`',
  ),
  later(
    'scope-in-callback-strava',
    'https://developers.strava.com/docs/authentication/',
    'granted scopes in the callback alone',
    '`scope_from`',
  ),
]

function returns(
  name: string,
  source: string | undefined,
  sent: string,
  back: Record<string, string>,
): Report {
  return {
    name,
    ...(source === undefined ? {} : { source }),
    sent,
    expected: 'connected, with the code exactly as it came',
    walk: async (place) => {
      expect(outcomeOf(await place.connect('alice', back))).toBe('connected')
      if (back.code) expect(place.third.asked('token')[0]?.form.get('code')).toBe(back.code)
    },
  }
}

function later(name: string, source: string, sent: string, field: string): Listed {
  return { name, source, sent, expected: 'expressible in the entry', later: `comes with ${field}` }
}
