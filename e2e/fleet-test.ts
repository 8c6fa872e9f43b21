import { expect, test } from 'playwright/test'
import { open } from '#lib/vault'
import { type Visitor, visitor } from './browser-client.ts'
import { type Fleet, type FleetOptions, type Member, startFleet } from './fleet.ts'
import { connect } from './flow.ts'
import { expectInvariants } from './invariants.ts'
import { askAsJob, type JobAnswer, type Wish } from './job.ts'
import { machineToken } from './machine-token.ts'
import { expectOk } from './outcome.ts'
import { mostSent } from './refreshes.ts'
import type { Row } from './rows.ts'
import { keyRing } from './settings.ts'
import type { Scripted } from './stand-in/scripted.ts'
import type { ProviderId } from './world-providers.ts'

/** A fleet, and what the tests of its bad days do with it. */
export type TestFleet = Fleet & {
  acme: Scripted
  /** Logged in at the first member. */
  alice: Visitor
  /** Connects Alice at a provider, and returns the grant's id. */
  connect: (account?: string, provider?: ProviderId) => Promise<string>
  /** As a backend job that may vend everything. Default: Alice's only grant at Acme. */
  vend: (member: Member, wish?: Wish) => Promise<JobAnswer>
  grant: (id: string) => Promise<Row>
  /** The types of a grant's events, oldest first. */
  events: (id: string) => Promise<string[]>
  /** Lets the access tokens be an hour old, and end in so many ms; default: long ago. */
  age: (leftMs?: number) => Promise<void>
  /** Whatever anybody waits for before asking a provider again is over. */
  waitOver: () => Promise<void>
  /** Its member `index`. */
  member: (index: number) => Member
}

/**
 * A fleet for all tests of a describe block, begun anew for each. After each: G1 to G6; no grant is
 * lost that its provider still honours; no refresh token was sent more than twice; nobody was told to
 * reconnect for an outage.
 */
export function fleetFor(options: FleetOptions): () => TestFleet {
  let fleet: TestFleet | undefined
  let written = () => ''
  const current = () => {
    if (!fleet) throw new Error('The fleet did not start')
    return fleet
  }
  test.beforeAll(async () => {
    test.setTimeout(120_000)
    fleet = await enrich(await startFleet(options))
  })
  test.beforeEach(async () => {
    await begin(current())
    written = current().listen()
  })
  test.afterEach(async () => {
    const { world, alice, mend } = current()
    current().proxy?.mend()
    await mend()
    await expectSound(current())
    const observed = { world, visitors: [alice], output: written(), excepted: new Set<never>() }
    await expectInvariants(observed)
  })
  test.afterAll(async () => fleet?.stop())
  return current
}

async function enrich(fleet: Fleet): Promise<TestFleet> {
  const { world, members } = fleet
  const { rows, providers, login } = world
  const alice = visitor({ name: 'alice', appUrl: world.appUrl })
  await alice.login('alice')
  // The app knows a user from the first page that he sees.
  await alice.get('/integrations')
  const token = await machineToken(login, { scope: 'vend:*' })
  const grant = async (id: string) => {
    const row = (await rows.all('grants')).find((one) => one.id === id)
    if (!row) throw new Error(`There is no grant ${id}`)
    return row
  }
  return {
    ...fleet,
    acme: providers.acme,
    alice,
    async connect(account, provider = 'acme') {
      expectOk(await connect(alice, provider, account === undefined ? {} : { account }))
      const all = await rows.all('grants')
      const newest = all.toSorted(
        (one, other) => Number(other.connected_at) - Number(one.connected_at),
      )
      return String(newest[0]?.id)
    },
    vend: ({ app }, wish) => askAsJob(app, token, wish),
    grant,
    async events(id) {
      const all = (await rows.all('events')).filter(({ grant_id }) => grant_id === id)
      all.sort((one, other) => Number(one.created_at) - Number(other.created_at))
      return all.map(({ type }) => String(type))
    },
    age: (leftMs = -600_000) =>
      rows.execute(
        `update grants set access_token_expires_at = ${Date.now() + leftMs},
         last_refreshed_at = ${Date.now() + leftMs - 3_600_000},
         connected_at = ${Date.now() + leftMs - 3_600_000}`,
      ),
    async waitOver() {
      await rows.execute('update grants set refresh_not_before = 0')
      await rows.execute('update provider_states set blocked_until = 0')
    },
    member(index) {
      const one = members[index]
      if (!one) throw new Error(`The fleet has no member ${index}`)
      return one
    },
  }
}

async function begin({ world, proxy, mend, members, vend }: TestFleet): Promise<void> {
  proxy?.mend()
  await mend()
  // Instances still store what they have gathered of the last test: that may be a deadlock.
  await expect(() => world.rows.clear()).toPass()
  for (const provider of Object.values(world.providers)) provider.reset()
  // An instance that has just started gets the login's keys with its first caller: that is no test's matter.
  const knowsCallers = async (one: Member) =>
    expect((await vend(one, { user: 'auth0|nobody' })).code).toBe('not_connected')
  await Promise.all(members.map((one) => expect(() => knowsCallers(one)).toPass()))
}

async function expectSound({ world, acme }: TestFleet): Promise<void> {
  expect(mostSent(acme), 'no refresh token is sent more than twice').toBeLessThanOrEqual(2)
  const grants = (await world.rows.all('grants')).filter(({ provider }) => provider === 'acme')
  for (const grant of grants.filter(({ status }) => status !== 'disconnected')) {
    const family = acme.families.findLast(({ consent }) => consent.account.sub === grant.account_id)
    if (!family || family.isEnded) continue
    expect(grant.status, 'a grant that its provider honours is not given up').toBe('active')
    const token = heldToken(world.env.VAULT_KEYS, grant)
    if (token)
      expect(acme.isLive(token), 'the refresh token that is kept is the last one').toBe(true)
  }
}

/** What a user does at the provider itself: all that it ever gave is worth nothing any more. */
export function endAtProvider({ families }: Scripted): void {
  for (const family of families) family.isEnded = true
}

/** The refresh token that a row holds; undefined where the fleet's keys do not open it. */
export function heldToken(keys: string | undefined, grant: Row): string | undefined {
  const context = {
    grantId: String(grant.id),
    userId: String(grant.user_id),
    provider: String(grant.provider),
    version: Number(grant.version),
    field: 'refresh_token' as const,
  }
  try {
    return open(String(grant.refresh_token), context, keyRing(keys ?? ''))
  } catch {
    return undefined
  }
}
