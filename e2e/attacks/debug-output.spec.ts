import { disconnect } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { approve, connect, start, visitCallback } from '../flow.ts'
import { expectError, expectOk } from '../outcome.ts'
import { inOwnWorld } from '../own-world.ts'
import { refuseWrites } from '../refused-writes.ts'

test('CR-12 with all debugging on, no token and no parameter of a query is written down', async () => {
  const env = { DEBUG: 'drizzle*,pg*,sqlite*', NODE_DEBUG: 'undici' }
  await inOwnWorld({ env }, async ({ world, visit }) => {
    const { acme } = world.providers
    const alice = await visit('alice')
    for (const _ of [1, 2]) expectOk(await connect(alice))
    acme.ctl({ endpoint: 'token', nth: 1, body: '{"access_token":"AT_cnry_acme_broken","x":' })
    expectError(await connect(alice), 'exchange_failed')
    acme.reset()
    // The database refuses a write: its error, with the statement and its parameters, goes nowhere.
    const mend = await refuseWrites(world.rows, { operation: 'update', table: 'grants' })
    const { authorizationUrl } = await start(alice)
    const error = { sqlite: 'server_error', postgres: 'storage_unavailable' } as const
    const answer = await visitCallback(alice, await approve(authorizationUrl))
    expectError(answer, error[world.rows.dialect])
    expect((await disconnect(alice)).outcome).toBe('no')
    await mend()
    acme.ctl({ endpoint: 'revoke', status: 500, body: 'AT_cnry_acme_of_the_provider' })
    expect((await disconnect(alice)).outcome).toBe('failed')
    const output = world.output()
    expect(output, 'something was written').toContain('revocation_failed')
    expect(output, 'Node’s own debugging is on').toMatch(/UNDICI \d+/)
    expect(output).not.toMatch(/gk1\.|insert into|update "?grants|params/i)
  })
})
