import { randomBytes } from 'node:crypto'

/** Fresh secrets for every setting that is one: each its own, none derived from another. */
export function freshKeys(): Record<string, string> {
  return {
    AUTH0_SECRET: randomBytes(32).toString('hex'),
    VAULT_KEYS: `1:${randomBytes(32).toString('base64')}`,
    TRANSACTION_KEYS: `1:${randomBytes(32).toString('base64')}`,
    CRON_SECRET: randomBytes(32).toString('hex'),
  }
}
