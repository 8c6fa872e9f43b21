import { expect, test, vi } from 'vitest'
import { attemptOf } from '../testing/attempt.ts'
import { key, settingsOf, stubSettings } from '../testing/settings.ts'

const keys = key()
const preview = settingsOf({
  APP_BASE_URL: 'https://my-app-x-my-team.vercel.app,https://my-app-git-y-my-team.vercel.app',
  RELAY_URL: 'https://app.test',
  RELAY_KEYS: keys,
})
const stable = settingsOf({
  APP_BASE_URL: 'https://app.test,https://my-app-stable-my-team.vercel.app',
  RELAY_KEYS: keys,
  RELAY_HOSTS: 'my-app-*-my-team.vercel.app',
})
const inner = 'i'.repeat(43)
const invalid = expect.objectContaining({ code: 'invalid_state' })
const soon = () => Math.floor(Date.now() / 1000) + 300
const good = () => ({
  typ: 'relay',
  host: 'my-app-x-my-team.vercel.app',
  inner_state: inner,
  exp: soon(),
})

test('a preview gives the provider the relay as redirect URI, and a state that it can send back', async () => {
  const { uri, transaction, state } = await begin('https://my-app-x-my-team.vercel.app')
  expect(uri).toBe('https://app.test/api/integrations/acme/relay')
  expect(state).not.toContain(transaction.state)
  // Some providers take no more than 500 bytes.
  expect(state.length).toBeLessThanOrEqual(500)
})

test('WD-11 a code of 12 kB is handed on', async () => {
  const code = 'c'.repeat(12_288)
  const { state } = await begin('https://my-app-x-my-team.vercel.app')
  expect(new URL(await handOn({ code, state })).searchParams.get('code')).toBe(code)
})

test('without RELAY_URL the redirect URI is the own callback, and the state the attempt’s own', async () => {
  await inProcess(stable, async ({ redirectUri, stateOnTheWire }) => {
    expect(redirectUri('https://app.test', 'acme')).toBe(
      'https://app.test/api/integrations/acme/callback',
    )
    const transaction = attemptOf()
    expect(await stateOnTheWire(transaction, 'https://app.test')).toBe(transaction.state)
  })
})

test.each(['my-app-x-my-team.vercel.app', 'my-app-git-y-my-team.vercel.app'])(
  'a response goes on to %s, where its user began',
  async (host) => {
    const { transaction, state } = await begin(`https://${host}`)
    const response = { code: 'c&d=e\r\nX: y#', state, iss: 'https://acme.test' }
    const location = new URL(await handOn(response))
    expect(location.origin + location.pathname).toBe(
      `https://${host}/api/integrations/acme/callback`,
    )
    expect(Object.fromEntries(location.searchParams)).toEqual({
      ...response,
      state: transaction.state,
    })
    expect(location.href).not.toMatch(/[\r\n]/)
    expect(location.hash).toBe('#_')
  },
)

test('an error goes on as a code does, and a response without either too', async () => {
  const { transaction, state } = await begin('https://my-app-x-my-team.vercel.app')
  const search = async (response: object) => new URL(await handOn({ ...response, state })).search
  expect(await search({ error: 'access_denied' })).toBe(
    `?error=access_denied&state=${transaction.state}`,
  )
  expect(await search({})).toBe(`?state=${transaction.state}`)
})

test('RL-01 a state that the relay’s keys did not seal, or did not seal as one, is refused', async () => {
  const { state } = await begin('https://my-app-x-my-team.vercel.app')
  const other = await inProcess({ ...stable, RELAY_KEYS: key() }, ({ seal }) => seal('relay'))
  const asTransaction = await inProcess(stable, ({ seal }) => seal('transaction'))
  const unsealed = JSON.stringify(good())
  for (const bad of [
    ...[undefined, '', 'x', inner, unsealed, Buffer.from(unsealed).toString('base64url')],
    ...[state.slice(1), `${state}A`, state.replace(/~2$/, '~1'), state.replace(/~2$/, '')],
    ...[`${state}${'a'.repeat(4096)}`, other, asTransaction],
  ])
    await expect(handOn({ code: 'c', state: bad }), bad).rejects.toEqual(invalid)
})

test.each([
  ['another typ', { typ: 'transaction' }],
  ['no typ', { typ: undefined }],
  ['a time that is over', { exp: soon() - 301 }],
  ['a time that is far off', { exp: soon() + 400 }],
  ['no time', { exp: undefined }],
  ['a time that is text', { exp: '9999999999' }],
  ['no state within', { inner_state: undefined }],
  ['a longer state within', { inner_state: `${inner}&x=y` }],
  ['something besides', { return_to: 'https://evil.test' }],
])('RL-01 a sealed state with %s is refused', async (_, changes) => {
  await expect(handOn({ code: 'c', state: await sealed(changes) })).rejects.toEqual(invalid)
})

test.each([
  'evil.test',
  'my-app-git-x-attackerteam.vercel.app',
  'my-app.vercel.app.evil.test',
  'a.b-my-team.vercel.app',
  'my-app-a.b-my-team.vercel.app',
  'my-app-x-my-team.vercel.app:444',
  'my-app-x-my-team.vercel.app:443',
  'my-app-x-my-team.vercel.app:80',
  'my-app-x-my-team.vercel.app.',
  'MY-APP-x-my-team.vercel.app',
  'my-app-x-my-team.vercel.app/anything',
  'my-app-x-my-team.vercel.app?x',
  'my-app-x-my-team.vercel.app#x',
  'evil.test#.my-app-x-my-team.vercel.app',
  'evil.test/my-app-x-my-team.vercel.app',
  'user@my-app-x-my-team.vercel.app',
  'my-app-x@evil.test/-my-team.vercel.app',
  'my-app-x_y-my-team.vercel.app',
  'my-app--my-team.vercel.app',
  'my-app-\u00e4-my-team.vercel.app',
  'my-app-x-my-team.vercel.app\\@evil.test',
  ' my-app-x-my-team.vercel.app',
  'https://my-app-x-my-team.vercel.app',
  '',
])('RL-02 the host "%s" is none of our previews', async (host) => {
  await expect(handOn({ code: 'c', state: await sealed({ host }) })).rejects.toEqual(invalid)
})

test('RL-02 http leads to a local host alone, and only where its pattern says so', async () => {
  const local = 'my-app-x-my-team.localhost:4000'
  const state = await sealed({ host: local })
  const at = (RELAY_HOSTS: string) => ({
    ...stable,
    RELAY_HOSTS,
    ALLOW_INSECURE_LOCALHOST: 'true',
  })
  const go = (hosts: string) => inProcess(at(hosts), (own) => own.handOn('acme', { state }))
  expect(await go('my-app-*-my-team.localhost:4000')).toMatch(`https://${local}/api/`)
  expect(await go('http://my-app-*-my-team.localhost:4000')).toMatch(`http://${local}/api/`)
})

test('RL-06 the relay never leads to its own deployment, by none of its names', async () => {
  for (const host of ['app.test', 'my-app-stable-my-team.vercel.app'])
    await expect(handOn({ code: 'c', state: await sealed({ host }) })).rejects.toEqual(invalid)
})

test('RL-09 without keys, or without hosts, nothing is handed on', async () => {
  const state = await sealed()
  const withoutKeys = { ...stable, RELAY_KEYS: '', RELAY_HOSTS: '' }
  for (const settings of [withoutKeys, { ...stable, RELAY_HOSTS: '' }])
    await inProcess(settings, (own) =>
      expect(own.handOn('acme', { state })).rejects.toEqual(invalid),
    )
})

test('the relay opens what an older key of its ring sealed', async () => {
  const state = await sealed()
  const rotated = { ...stable, RELAY_KEYS: `${keys},${key(2)}` }
  const location = await inProcess(rotated, (own) => own.handOn('acme', { state }))
  expect(location).toMatch('https://my-app-x-my-team.vercel.app/')
})

/** What a preview does at a start. */
function begin(base: string) {
  return inProcess(preview, async ({ redirectUri, stateOnTheWire }) => {
    const transaction = attemptOf()
    const state = await stateOnTheWire(transaction, base)
    return { uri: redirectUri(base, 'acme'), transaction, state }
  })
}

function handOn(response: { code?: string; state?: string | undefined }) {
  return inProcess(stable, (own) => own.handOn('acme', response))
}

/** A state as somebody seals it who has the relay's keys: whoever runs a preview. */
function sealed(changes: object = {}) {
  return inProcess(preview, ({ seal }) => seal('relay', changes))
}

type Purpose = Parameters<typeof import('./seal.ts').sealFor>[0]
type Own = typeof import('./relay.ts') &
  typeof import('./redirect-uri.ts') & {
    seal: (purpose: Purpose, changes?: object) => Promise<string>
  }

/** The relay as a process has it with settings of its own. */
async function inProcess<T>(
  given: Record<string, string>,
  work: (own: Own) => Promise<T>,
): Promise<T> {
  vi.unstubAllEnvs()
  stubSettings(given)
  vi.resetModules()
  const { sealFor } = await import('./seal.ts')
  const seal: Own['seal'] = (purpose, changes) => sealFor(purpose, { ...good(), ...changes })
  return work({ ...(await import('./relay.ts')), ...(await import('./redirect-uri.ts')), seal })
}
