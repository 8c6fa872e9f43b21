import { send } from '../browser-client.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, visitCallback } from '../flow.ts'
import { machineToken } from '../machine-token.ts'
import { snippet } from '../snippets.ts'
import { openStart } from '../spa.ts'
import { userToken } from '../user-token.ts'

const page = 'spa-backend-third-party.md'
const spaPage = 'https://spa.test/app/connected'

test('the article’s SPA connects its user, as it is written', async ({
  stranger,
  world,
  grants,
}) => {
  const token = await userToken(world.login, 'alice', { scope: 'integrations:write' })
  const tab = tabAt(world.spa.url)
  const { module, remove } = await snippet(page, 'spa', {
    ...tab.globals,
    backend: world.appUrl,
    getAccessToken: async () => token,
    // Only browsers say where they are.
    fetch: (url: string, init: RequestInit) =>
      fetch(url, { ...init, headers: { ...init.headers, origin: world.spa.url } }),
  })
  await module.connect?.('acme')
  const started = await openStart(stranger, tab.goneTo())
  const back = await visitCallback(stranger, await approve(started.location as URL))
  tab.arriveAt(back.location as URL)
  expect(await module.completed?.()).toMatchObject({ status: 'connected', integration: 'acme' })
  expect(tab.shown()).toBe('/app/connected')
  expect(await grants('alice')).toHaveLength(1)
  tab.arriveAt(back.location as URL)
  await expect(module.completed?.()).rejects.toThrow('this browser did not ask for it')
  // A link that somebody made cannot choose which path of the API the user's token is sent to.
  await module.connect?.('acme')
  tab.arriveAt(new URL('?integration=acme/proxy/v1/me%3Fx&status=pending#handle=x', spaPage))
  await expect(module.completed?.()).rejects.toThrow('this browser did not ask for it')
  // A refusal leaves nothing behind that a later link could use.
  await module.connect?.('acme')
  tab.arriveAt(new URL('?integration=acme&status=error&error=access_denied', spaPage))
  await expect(module.completed?.()).rejects.toThrow('access_denied')
  tab.arriveAt(back.location as URL)
  await expect(module.completed?.()).rejects.toThrow('this browser did not ask for it')
  await remove()
})

test('the article’s job calls the API, and says where a person can help', async ({
  alice,
  world,
}) => {
  await connect(alice)
  const given = {
    backend: world.appUrl,
    provider: 'acme',
    thirdPartyApi: `${world.providers.acme.url}/v1/echo`,
    jobToken: await machineToken(world.login),
  }
  const { module, remove } = await snippet(page, 'job', given)
  const answer = (await module.playlistsOf?.('auth0|alice')) as Response
  expect(answer.status).toBe(200)
  await world.rows.execute("update grants set status = 'reauthorization_required'")
  const lost = (await module.playlistsOf?.('auth0|alice')) as { ask: string }
  expect(new URL(lost.ask).pathname).toBe('/integrations/connect/acme')
  expect((await send(new URL(lost.ask), {})).status).toBeLessThan(400)
  await remove()
})

/** As much of a browser's tab as the snippet uses. */
function tabAt(origin: string) {
  const kept = new Map<string, string>()
  const place = { origin, search: '', hash: '', pathname: '/', assigned: '' }
  return {
    globals: {
      location: Object.assign(place, {
        assign: (url: string) => void Object.assign(place, { assigned: url }),
      }),
      history: {
        replaceState: (_state: unknown, _title: string, path: string) =>
          void Object.assign(place, { pathname: path, search: '', hash: '' }),
      },
      sessionStorage: {
        getItem: (name: string) => kept.get(name) ?? null,
        setItem: (name: string, value: string) => void kept.set(name, value),
        removeItem: (name: string) => void kept.delete(name),
      },
    },
    goneTo: () => place.assigned,
    arriveAt: ({ search, hash, pathname }: URL) =>
      void Object.assign(place, { search, hash, pathname }),
    shown: () => place.pathname + place.search + place.hash,
  }
}
