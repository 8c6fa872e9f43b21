import type { ProviderEntry } from '#lib/providers/schema'
import { expect, test } from '../fixtures.ts'
import { requestStart } from '../flow.ts'
import { expectInvariants } from '../invariants.ts'
import { expectError } from '../outcome.ts'
import { refusal } from '../refusal.ts'
import { signedInVisitor } from '../session-cookie.ts'
import { providersFile } from '../stand-in/start.ts'
import {
  attempt,
  entryAt,
  honestAddress,
  startWalledWorld,
  type WalledWorld,
} from '../walled-world.ts'

/** As a URL may spell them; each is an address that no third party has. */
const spellings = [
  '127.0.0.1',
  '127.1',
  '0',
  '0.0.0.0',
  '0x7f000001',
  '017700000001',
  '2130706433',
  '[::]',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[::7f00:1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  '169.254.169.254',
  '169.254.169.254.',
  '100.100.100.200',
  '[fd00:ec2::254]',
  'localhost.',
  '10.0.0.1',
  '192.168.0.1',
  '198.18.0.1',
  '①②⑦.0.0.1',
]

/** As DNS may answer, among them names that are known to lead inside. */
const names: Record<string, string[][]> = {
  'metadata.google.internal': [['169.254.169.254']],
  'loopback.test': [['127.0.0.1']],
  'mixed.test': [[honestAddress, '10.0.0.1']],
  ...Object.fromEntries(
    [
      ['127.0.0.2', '0.0.0.0', '10.0.0.1', '172.16.0.1', '192.168.0.1', '169.254.169.254'],
      ['100.100.100.200', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
      ['::', '::1', '::ffff:127.0.0.1', '::7f00:1', '64:ff9b::7f00:1', '2002:7f00:1::'],
      ['2001:0:7f00:1::', 'fd00:ec2::254', 'fe80::1', 'ff02::1', 'fec0::1'],
    ]
      .flat()
      .map((address, index) => [`n${index}.test`, [[address]]]),
  ),
  'rebinding.test': [[honestAddress], ['127.0.0.1']],
  'unbinding.test': [['127.0.0.1'], [honestAddress]],
}
/** A network that translates under a prefix of its own, as RFC 7050 lets everybody find out. */
const translated: Record<string, string[][]> = {
  'ipv4only.arpa': [['2001:67c:2b0::c000:aa', '2001:67c:2b0::c000:ab']],
  'hidden.test': [['2001:67c:2b0::7f00:1']],
  'hidden-metadata.test': [['2001:67c:2b0::a9fe:a9fe']],
  'shown.test': [['2001:67c:2b0::b00:1']],
}
const inside = Object.keys(names).filter((name) => !name.endsWith('binding.test'))
const idOf = (name: string) => `at-${name.replaceAll('.', '-')}`

const entries: ProviderEntry[] = [
  ...Object.keys(names).map((name) => entryAt(idOf(name), name)),
  ...inside.slice(0, 3).map((name) => discovered(`found-${idOf(name)}`, `https://${name}`)),
  discovered('found', 'https://honest.test'),
  ...Object.keys(translated).map((name) => entryAt(idOf(name), name)),
]

let walled: WalledWorld
test.beforeAll(async () => {
  walled = await startWalledWorld({ entries, names: { ...names, ...translated } })
})
test.afterAll(() => walled.stop())

test('TE-01 an entry with a private address, however it is spelt, stops the start', async () => {
  const refused = spellings.map((host, index) => entryAt(`spelt-${index}`, host))
  const found = spellings.map((host, index) => discovered(`found-${index}`, `https://${host}`))
  const file = await providersFile([...refused, ...found])
  const settings = { PROVIDERS_FILE: file.path }
  const complaint = await refusal(walled.world, settings)
  const loose = await refusal(walled.world, { ...settings, ALLOW_INSECURE_LOCALHOST: 'true' })
  for (const [index, host] of spellings.entries()) {
    expect(complaint, host).toContain(`provider "spelt-${index}", token_endpoint:`)
    expect(complaint, host).toContain(`provider "found-${index}", discovery:`)
    // Which local names the opt-out lets through is said in the settings: three, and no others.
    const isLocal = ['127.0.0.1', 'localhost'].includes(new URL(`https://${host}`).hostname)
    if (!isLocal && host !== 'localhost.')
      expect(loose, host).toContain(`provider "spelt-${index}", token_endpoint:`)
  }
  await file.remove()
})

test('TE-01 a name that leads inside is not called, whatever it resolves to', async () => {
  const alice = await signedInVisitor(walled.world, 'alice')
  const before = walled.attempts('connect').length
  for (const name of inside)
    expectError(await attempt(alice, idOf(name), 'CODE_inside'), 'exchange_failed')
  expect(walled.attempts('lookup')).toEqual(expect.arrayContaining(inside))
  expect(walled.attempts('connect').slice(before)).toEqual([])
  await expectInvariants({ ...observed(), visitors: [alice] })
})

test('TE-01 metadata is not fetched from inside, and may not point there', async () => {
  const alice = await signedInVisitor(walled.world, 'alice')
  for (const name of inside.slice(0, 3)) {
    const answer = await requestStart({ visitor: alice, provider: `found-${idOf(name)}` })
    expectError(answer, 'provider_misconfigured')
  }
  const issuer = {
    issuer: 'https://honest.test',
    authorization_endpoint: 'https://honest.test/authorize',
  }
  for (const host of [...spellings, ...Object.keys(names)]) {
    const merge = { ...issuer, token_endpoint: `https://${host}/token` }
    walled.honest.ctl({ endpoint: 'metadata', merge })
    expectError(await requestStart({ visitor: alice, provider: 'found' }), 'provider_misconfigured')
    walled.honest.reset()
  }
  expect(new Set(walled.attempts('connect'))).toEqual(new Set([`${honestAddress}:443`]))
  // And that it was for the addresses alone:
  const merge = { ...issuer, token_endpoint: 'https://honest.test/token' }
  const omit = ['revocation_endpoint', 'userinfo_endpoint', 'pushed_authorization_request_endpoint']
  walled.honest.ctl({ endpoint: 'metadata', merge, omit })
  const { location } = await requestStart({ visitor: alice, provider: 'found' })
  expect(location?.origin).toBe('https://honest.test')
})

test('TE-02 the address that was vetted is the one that is connected to', async () => {
  const alice = await signedInVisitor(walled.world, 'alice')
  const before = {
    lookup: walled.attempts('lookup').length,
    connect: walled.attempts('connect').length,
  }
  // First a public address, then a private one, and the other way round.
  for (const id of ['at-rebinding-test', 'at-unbinding-test']) await attempt(alice, id, 'CODE_1')
  const since = (what: 'lookup' | 'connect') => walled.attempts(what).slice(before[what])
  expect(since('lookup')).toEqual(['rebinding.test', 'unbinding.test'])
  expect(since('connect')).toEqual([`${honestAddress}:443`])
  // What was public a moment ago is looked at again.
  expectError(await attempt(alice, 'at-rebinding-test', 'CODE_2'), 'exchange_failed')
  expect(since('connect')).toEqual([`${honestAddress}:443`])
  expect(walled.honest.calls('/token')).toEqual([])
})

test('AU-24 an address that leads inside by the network’s own translation is not connected to', async () => {
  const alice = await signedInVisitor(walled.world, 'alice')
  const before = walled.attempts('connect').length
  for (const id of ['at-hidden-test', 'at-hidden-metadata-test'])
    expectError(await attempt(alice, id, 'CODE_hidden'), 'exchange_failed')
  expect(walled.attempts('connect').slice(before)).toEqual([])
  // One that leads outside by the same translation is tried: nobody listens there.
  expectError(await attempt(alice, 'at-shown-test', 'CODE_shown'), 'temporarily_unavailable')
  expect(walled.attempts('connect').slice(before)).toEqual(['[2001:67c:2b0::b00:1]:443'])
})

function discovered(id: string, discovery: string): ProviderEntry {
  const { authorization_endpoint, token_endpoint, ...kept } = entryAt(id, 'honest.test')
  return { ...kept, discovery }
}

function observed() {
  return { world: walled.world, output: walled.world.app.output(), excepted: new Set<never>() }
}
