import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { expectInvariants, type Observed } from '../invariants.ts'

// A check that cannot fail proves nothing: each invariant is broken once, on purpose.
test('each broken invariant is noticed', async ({ alice, world }) => {
  const answer = await connect(alice)
  const observed = { world, visitors: [alice], output: world.output(), excepted: new Set<never>() }
  const broken = (change: Partial<Observed>) => expectInvariants({ ...observed, ...change })
  const withAnswer = (change: Partial<typeof answer>) =>
    broken({ visitors: [{ ...alice, answers: [{ ...answer, ...change }] }] })
  await broken({})

  const dead = { ...world, app: { ...world.app, isAlive: () => false } }
  await expect(broken({ world: dead })).rejects.toThrow('G1')
  await expect(withAnswer({ status: 500 })).rejects.toThrow('G1')
  await expect(withAnswer({ status: 200 })).rejects.toThrow('G2')
  await expect(withAnswer({ headers: {} })).rejects.toThrow('G2')
  const state = answer.url.searchParams.get('state') ?? ''
  await expect(broken({ output: `callback with ${state}` })).rejects.toThrow('G3')
  await expect(broken({ output: world.providers.acme.client.secret })).rejects.toThrow('G3')
  const rows = { ...world.rows, dump: async () => 'RT_cnry_acme_1' }
  await expect(broken({ world: { ...world, rows } })).rejects.toThrow('G4')
  const location = new URL(`${world.attacker.url}/`)
  await expect(withAnswer({ location })).rejects.toThrow('G5')
  await fetch(`${world.attacker.url}/?token=RT_cnry_acme_1`)
  await expect(broken({})).rejects.toThrow('G6')
  world.attacker.log.length = 0
})
