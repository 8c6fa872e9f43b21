import { expect, test } from '../fixtures.ts'
import { approve, requestStart } from '../flow.ts'
import { expectInvariants } from '../invariants.ts'
import { expectError, expectOk } from '../outcome.ts'
import { refusal } from '../refusal.ts'
import { selfSigned } from '../self-signed.ts'
import { signedInVisitor } from '../session-cookie.ts'
import { type Listener, startListener } from '../stand-in/listener.ts'
import { providersFile } from '../stand-in/start.ts'
import {
  attempt,
  entryAt,
  honestAddress,
  startWalledWorld,
  type WalledWorld,
} from '../walled-world.ts'

const longAgo = new Date('2020-01-01T12:00:00Z')
const bad = ['self-signed.test', 'expired.test', 'other-name.test']

let walled: WalledWorld
let hijacker: Listener
test.beforeAll(async () => {
  hijacker = await startListener('A proxy of the environment')
  walled = await startWalledWorld({
    entries: [...bad, 'inside.test'].map((name) => entryAt(name.replace('.test', ''), name)),
    names: { 'inside.test': [['10.0.0.1']] },
    certificates: {
      'self-signed.test': selfSigned(new Date(), 'self-signed.test'),
      'expired.test': selfSigned(longAgo, 'expired.test'),
      'other-name.test': selfSigned(new Date(), 'honest.test'),
    },
  })
})
test.beforeEach(() => walled.honest.reset())
test.afterAll(() => Promise.all([walled.stop(), hijacker.close()]))

test('TE-04 a certificate that is self-signed, expired or for another name gets nothing', async () => {
  const alice = await signedInVisitor(walled.world, 'alice')
  for (const name of bad) {
    const answer = await attempt(alice, name.replace('.test', ''), 'CODE_for_nobody')
    expectError(answer, 'exchange_failed')
  }
  expect(walled.attempts('lookup')).toEqual(expect.arrayContaining(bad))
  expect(walled.attempts('connect').filter((line) => line.startsWith('11.0.1.'))).toHaveLength(3)
  expect(walled.honest.log()).toEqual([])
  await connectHonestly()
})

test('TE-04 an endpoint by http stops the start, in production and on this machine', async () => {
  for (const field of ['token_endpoint', 'authorization_endpoint', 'revocation_endpoint'] as const)
    for (const ALLOW_INSECURE_LOCALHOST of ['false', 'true']) {
      const entry = { ...entryAt('honest', 'honest.test'), [field]: `http://honest.test/${field}` }
      const file = await providersFile([entry])
      const complaint = await refusal(walled.world, {
        ALLOW_INSECURE_LOCALHOST,
        PROVIDERS_FILE: file.path,
      })
      expect(complaint).toContain(`provider "honest", ${field}: "http://honest.test/${field}" must`)
      await file.remove()
    }
})

test('TE-04 checks of certificates cannot be switched off', async () => {
  const complaint = await refusal(walled.world, { NODE_TLS_REJECT_UNAUTHORIZED: '0' })
  expect(complaint).toContain('NODE_TLS_REJECT_UNAUTHORIZED=0 switches certificate checks off')
})

test('TE-14 proxies of the environment are ignored, and open no way inside', async () => {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy']
  const proxies = Object.fromEntries(names.map((name) => [name, hijacker.url]))
  for (const NO_PROXY of ['', '*', 'inside.test,10.0.0.1']) {
    const before = walled.attempts('connect').length
    await walled.world.restart({
      ...proxies,
      NO_PROXY,
      no_proxy: NO_PROXY,
      NODE_USE_ENV_PROXY: '1',
    })
    await connectHonestly()
    const alice = await signedInVisitor(walled.world, 'alice')
    expectError(await attempt(alice, 'inside', 'CODE_inside'), 'exchange_failed')
    expect(walled.attempts('connect').slice(before)).toEqual([`${honestAddress}:443`])
    walled.honest.reset()
  }
  expect(hijacker.log).toEqual([])
})

/** Also shows that what the other attempts got was for their own fault. */
async function connectHonestly(): Promise<void> {
  const { world, honest } = walled
  const alice = await signedInVisitor(world, 'alice')
  const { location } = await requestStart({ visitor: alice, provider: 'honest' })
  const asked = new URL(`${location?.pathname}${location?.search}`, honest.url)
  expectOk(await alice.get(await approve(asked)))
  expect(honest.calls('/token')).toHaveLength(1)
  const output = world.app.output()
  await expectInvariants({ world, visitors: [alice], output, excepted: new Set() })
}
