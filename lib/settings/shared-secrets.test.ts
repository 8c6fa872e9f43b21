import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { sharedSecrets } from './shared-secrets.ts'

const [vault, transaction, session] = [randomBytes(32), randomBytes(32), randomBytes(32)]
const good = {
  VAULT_KEYS: new Map([[1, vault]]),
  TRANSACTION_KEYS: new Map([[1, transaction]]),
  AUTH0_SECRET: session.toString('hex'),
  AUTH0_CLIENT_SECRET: 'of the login',
  CRON_SECRET: 'of the clock',
}
const given = {
  VAULT_KEYS: `1:${vault.toString('base64')}`,
  TRANSACTION_KEYS: `1:${transaction.toString('base64')}`,
}
const complaints = (changes: Partial<typeof good>, more: Record<string, string> = {}) => [
  ...sharedSecrets({ ...good, ...changes }, { ...given, ...more }),
]

test('CR-11 secrets of their own are no matter', () => {
  expect(complaints({}, { ACME_CLIENT_SECRET: 'one', PLAIN_CLIENT_SECRET: 'one' })).toEqual([])
})

test('CR-11 one key under two names is refused', () => {
  for (const changes of [
    { TRANSACTION_KEYS: good.VAULT_KEYS },
    { TRANSACTION_KEYS: new Map([[7, vault]]) },
    {
      VAULT_KEYS: new Map([
        [1, vault],
        [2, transaction],
      ]),
    },
  ])
    expect(complaints(changes)).toEqual([
      expect.stringContaining('TRANSACTION_KEYS and VAULT_KEYS'),
    ])
})

test('CR-11 a key that is pasted elsewhere is found, however it is spelt', () => {
  for (const key of [vault, transaction])
    for (const spelling of [
      key.toString('base64'),
      key.toString('base64url'),
      key.toString('hex'),
      key.toString('hex').toUpperCase(),
    ])
      for (const name of ['AUTH0_SECRET', 'AUTH0_CLIENT_SECRET', 'CRON_SECRET'])
        expect(complaints({ [name]: spelling })).toEqual([expect.stringContaining(name)])
  expect(complaints({ AUTH0_SECRET: given.VAULT_KEYS })).toHaveLength(1)
})

test('CR-11 what is ours alone is not told to a third party', () => {
  for (const secret of [good.AUTH0_SECRET, good.CRON_SECRET, vault.toString('base64')])
    expect(complaints({}, { ACME_CLIENT_SECRET: secret })).toEqual([
      expect.stringContaining('ACME_CLIENT_SECRET'),
    ])
})
