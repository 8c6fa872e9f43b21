import { randomBytes } from 'node:crypto'
import { vi } from 'vitest'

/** A complete set of settings with fresh keys, to be read by `parseEnv`. */
export function settingsOf(given: Record<string, string> = {}): Record<string, string> {
  return {
    APP_BASE_URL: 'https://app.test',
    AUTH0_DOMAIN: 'example.eu.auth0.com',
    AUTH0_CLIENT_ID: 'client',
    AUTH0_CLIENT_SECRET: 'SECRET_cnry_login',
    AUTH0_SECRET: randomBytes(32).toString('hex'),
    VAULT_KEYS: key(),
    TRANSACTION_KEYS: key(),
    DATABASE_URL: 'file::memory:',
    LOG_LEVEL: 'silent',
    ...given,
  }
}

/** The same as the settings of this process. Before anything asks for `env()`, which reads them once. */
export function stubSettings(given: Record<string, string> = {}): Record<string, string> {
  const settings = settingsOf(given)
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value)
  return settings
}

/** A key ring of one fresh key, as a setting. */
export function key(number = 1): string {
  return `${number}:${randomBytes(32).toString('base64')}`
}
