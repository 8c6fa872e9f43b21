import { newTransaction, type Transaction } from '#lib/oauth/transaction'

/** An attempt of alice at `acme`, but for what the test says. */
export function attemptOf(given: Partial<Transaction> = {}): Transaction {
  return newTransaction({
    mode: 'session',
    provider: 'acme',
    config: 'hash',
    redirect_uri: 'https://app.test/api/integrations/acme/callback',
    return_to: 'https://app.test/integrations',
    scope: ['files.read'],
    login: 'https://login.test/',
    sub: 'auth0|alice',
    org: '',
    ...given,
  })
}
