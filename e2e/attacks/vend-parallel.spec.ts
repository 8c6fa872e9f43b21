import { apiKey } from '../api-key.ts'
import { crowd, expireAll, type Member } from '../crowd.ts'
import { startDatabase } from '../databases.ts'
import { expect, test } from '../fixtures.ts'
import { machineToken } from '../machine-token.ts'
import { inOwnWorld } from '../own-world.ts'
import { bearer, vend } from '../token-request.ts'

const rounds = 10
const users = 50
const times = 4

test('TA-04 however many jobs ask at once, each gets the token of the user it named', async ({
  database,
}) => {
  test.setTimeout(120_000)
  // The deadlines of the other tests are too short for so much at once on a small machine.
  const env = { TOKEN_DEADLINE_MS: '10000', LEASE_MS: '30000' }
  const { named, stop } = await startDatabase(database)
  await inOwnWorld({ env, ...named }, async ({ world }) => {
    const members = await crowd(world, users)
    const { acme } = world.providers
    const callers = [bearer(await machineToken(world.login)), bearer(await apiKey(world))]
    for (let round = 0; round < rounds; round += 1) {
      await expireAll(world)
      acme.reset()
      for (let nth = 1; nth <= users; nth += 1)
        acme.ctl({ endpoint: 'token', nth, delay_before_headers: Math.random() * 400 })
      const asked = shuffled(Array.from({ length: times }, () => members).flat())
      const answers = await Promise.all(
        asked.map(async ({ sub }, at) =>
          vend(world, { authorization: callers[at % 2] ?? '', body: { user: sub } }),
        ),
      )
      answers.forEach(({ access_token, account, grant }, at) => {
        const member = asked[at] as Member
        expect([account.id, grant]).toEqual([member.account, member.grant])
        expect(ownerOf(access_token)).toBe(member.account)
      })
      expect(acme.calls('/token'), 'one refresh for each user').toHaveLength(users)
    }

    function ownerOf(token: string): string | undefined {
      const family = acme.families.find(({ accessTokens }) => accessTokens.has(token))
      return family?.consent.account.sub
    }
  }).finally(stop)
})

function shuffled<T>(all: T[]): T[] {
  return all
    .map((one) => ({ one, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)
}
