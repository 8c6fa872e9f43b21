import type { Visitor } from '../browser-client.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { callApi } from '../proxied.ts'
import { reconfigure } from '../reconfigure.ts'
import { signedInVisitor } from '../session-cookie.ts'

const users = 200
const rounds = 50

test('PX-17 ten thousand calls of two hundred users at once are each answered for their own account', async ({
  world,
}) => {
  test.setTimeout(300_000)
  // As a deployment has them: on a busy machine the stand-in, in this very process, is late now and then.
  const settings = { TOKEN_DEADLINE_MS: '10000', LEASE_MS: '30000' }
  const restore = await reconfigure(world, { settings })
  const visitors: Visitor[] = []
  for (let index = 0; index < users; index += 1) {
    const visitor = await signedInVisitor(world, `user${index}`)
    await connect(visitor, 'acme', { account: `user${index}` })
    visitors.push(visitor)
  }
  const callInTurn = async (visitor: Visitor) => {
    for (let round = 0; round < rounds; round += 1) {
      const answer = await callApi(visitor, `${visitor.name}/${round}`)
      const { account, path } = JSON.parse(answer.body)
      expect([account, path]).toEqual([`acme_${visitor.name}`, `/v1/${visitor.name}/${round}`])
    }
  }
  await Promise.all(visitors.map(callInTurn))
  expect(world.providers.acme.log().filter(({ path }) => path.startsWith('/v1/'))).toHaveLength(
    users * rounds,
  )
  await restore()
})
