import { describe, expect, test } from 'vitest'
import { parseEnv, SettingsError } from '../env.ts'
import { key, settingsOf } from '../testing/settings.ts'

const keys = key()
const onPreview = { RELAY_URL: 'https://stable.test', RELAY_KEYS: keys }
const onStable = { RELAY_KEYS: keys, RELAY_HOSTS: 'my-app-*-my-team.vercel.app' }

test('a preview and a stable deployment have what they need', () => {
  expect(parseEnv(settingsOf(onPreview)).RELAY_URL).toBe('https://stable.test')
  expect(parseEnv(settingsOf(onStable)).RELAY_HOSTS).toHaveLength(1)
})

test('on a Vercel preview the base URL may be left out', () => {
  const given = { APP_BASE_URL: '', VERCEL_ENV: 'preview', VERCEL_URL: 'a.vercel.app' }
  expect(parseEnv(settingsOf(given)).APP_BASE_URL).toEqual(['https://a.vercel.app'])
  expect(refusal({ ...given, VERCEL_ENV: 'production' })).toContain('APP_BASE_URL is missing')
})

test('RL-06 a deployment that is its own relay, or both kinds at once, does not start', () => {
  expect(refusal({ ...onPreview, RELAY_URL: 'https://app.test' })).toContain(
    'RELAY_URL is this deployment itself',
  )
  expect(refusal({ ...onPreview, ...onStable })).toContain('one deployment has one of them')
})

test('a relay without keys does not start', () => {
  for (const given of [onPreview, onStable])
    expect(refusal({ ...given, RELAY_KEYS: '' })).toContain('RELAY_KEYS is missing')
})

test.each([
  '*.vercel.app',
  '*',
  'my-app-*.vercel.app',
  'my-*-team.com',
  'https://my-app-x-my-team.vercel.app/path',
  'my-app-x-my-team.vercel.app/',
  'user@my-app-x-my-team.vercel.app',
  'ftp://my-app-x-my-team.vercel.app',
])('RL-09 %s names hosts that others can have, or no host at all', (hosts) => {
  expect(refusal({ ...onStable, RELAY_HOSTS: hosts })).toContain('RELAY_HOSTS: "')
})

describe('RL-02 http', () => {
  const local = { ALLOW_INSECURE_LOCALHOST: 'true' }

  test('RL-02 http is for this machine alone, where that is allowed', () => {
    for (const given of [
      { ...onPreview, RELAY_URL: 'http://stable.test', ...local },
      { ...onPreview, RELAY_URL: 'http://localhost:3000' },
      { ...onStable, RELAY_HOSTS: 'http://my-app-*-my-team.vercel.app', ...local },
      { ...onStable, RELAY_HOSTS: 'http://my-app-*-my-team.localhost:3000' },
    ])
      expect(refusal(given)).toContain('must be https')
  })

  test('RL-02 on this machine it is no matter', () => {
    for (const given of [
      { ...onPreview, RELAY_URL: 'http://localhost:3000' },
      { ...onStable, RELAY_HOSTS: 'http://my-app-*-my-team.localhost:3000' },
    ])
      expect(() => parseEnv(settingsOf({ ...given, ...local }))).not.toThrow()
  })
})

test('RL-03 the relay’s keys are no keys of anything else', () => {
  for (const name of ['VAULT_KEYS', 'TRANSACTION_KEYS'])
    expect(refusal({ ...onStable, [name]: keys })).toContain('RELAY_KEYS share a key')
  const [, base64 = ''] = keys.split(':')
  for (const name of ['AUTH0_SECRET', 'CRON_SECRET', 'ACME_CLIENT_SECRET']) {
    const message = refusal({ ...onStable, [name]: base64 })
    expect(message).toContain(`${name} is also used for something else`)
    expect(message).not.toContain(base64)
  }
})

function refusal(given: Record<string, string>): string {
  try {
    parseEnv(settingsOf(given))
  } catch (error) {
    if (error instanceof SettingsError) return error.message
  }
  return 'The settings were accepted.'
}
