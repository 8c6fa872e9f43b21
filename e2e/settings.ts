import { randomBytes } from 'node:crypto'

export type Settings = Record<string, string>

/** Complete settings with fresh keys. What the stand-ins bring is laid over with `extra`. */
export function settings(
  { appUrl, port, databaseUrl }: { appUrl: string; port: number; databaseUrl: string },
  extra: Settings = {},
): Settings {
  return {
    NEXT_TELEMETRY_DISABLED: '1',
    // Next then reads no .env files: a developer's own settings do not reach a test.
    __NEXT_PROCESSED_ENV: 'true',
    APP_BASE_URL: appUrl,
    PORT: String(port),
    AUTH0_SECRET: randomBytes(32).toString('hex'),
    DATABASE_URL: databaseUrl,
    VAULT_KEYS: key(),
    TRANSACTION_KEYS: key(),
    CRON_SECRET: randomBytes(24).toString('base64url'),
    ALLOW_INSECURE_LOCALHOST: 'true',
    LOG_LEVEL: 'debug',
    ...extra,
  }
}

/** A key ring of one fresh key. */
export function key(number = 1): string {
  return `${number}:${randomBytes(32).toString('base64')}`
}

/** A key ring as it stands in VAULT_KEYS, read. */
export function keyRing(setting: string): ReadonlyMap<number, Buffer> {
  const keys = setting.split(',').map((part): [number, Buffer] => {
    const [number = '', secret = ''] = part.split(':')
    return [Number(number), Buffer.from(secret, 'base64')]
  })
  return new Map(keys)
}
