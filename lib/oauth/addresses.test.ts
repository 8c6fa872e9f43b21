import dns from 'node:dns'
import { createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { resolveTo } from '../testing/name-server.ts'
import { stubSettings } from '../testing/settings.ts'
import { callThirdParty } from './outbound.ts'
import { vettedLookup } from './vetted.ts'

stubSettings({ TOKEN_DEADLINE_MS: '2000', LEASE_MS: '4000' })

// Whoever gets as far as a connection is counted here.
let connections = 0
let port = 0
const listener = createServer((socket) => {
  connections += 1
  socket.destroy()
})
beforeAll(
  () =>
    new Promise<void>((resolve) => {
      listener.listen(0, '0.0.0.0', () => {
        const address = listener.address()
        port = typeof address === 'object' && address ? address.port : 0
        resolve()
      })
    }),
)
afterAll(() => void listener.close())
afterEach(() => {
  expect(connections).toBe(0)
})

const failed = expect.objectContaining({ code: 'exchange_failed' })
const call = (origin: string) =>
  callThirdParty({ url: `${origin}/token`, method: 'POST', headers: new Headers(), body: 'a=b' })

describe('TE-01 a literal address that is not public is not called', () => {
  test.each([
    '127.0.0.1',
    '127.1',
    '0',
    '0.0.0.0',
    '0x7f000001',
    '017700000001',
    '2130706433',
    '\u2460\u2461\u2466.0.0.1',
    '169.254.169.254',
    '100.100.100.200',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.0.1',
    '192.0.0.170',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '[::]',
    '[::1]',
    '[::7f00:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b::a9fe:a9fe]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[2001::1]',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[4000::1]',
  ])('TE-01 %s', async (host) => {
    await expect(call(`https://${host}:${port}`)).rejects.toEqual(failed)
  })
})

describe('TE-01 a name that leads to such an address is not called', () => {
  test.each([
    ['own.test', ['127.0.0.1']],
    ['metadata.google.internal', ['169.254.169.254']],
    ['localhost.', ['127.0.0.1']],
    ['169.254.169.254.', ['169.254.169.254']],
    ['mapped.test', ['::ffff:127.0.0.1']],
    ['nat64.test', ['64:ff9b::7f00:1']],
    ['compatible.test', ['::7f00:1']],
    ['unique.test', ['fd00:ec2::254']],
    ['some.test', ['93.184.215.14', '127.0.0.1']],
  ])('TE-01 %s is %j', async (name, addresses) => {
    resolveTo(...addresses)
    await expect(call(`https://${name}:${port}`)).rejects.toEqual(failed)
  })

  test('TE-01 without the setting for it, this machine is as forbidden as any other', async () => {
    const lookup = resolveTo('127.0.0.1')
    for (const host of ['localhost', 'acme.localhost'])
      await expect(call(`https://${host}:${port}`)).rejects.toEqual(failed)
    expect(lookup).toHaveBeenCalledTimes(2)
  })
})

test('TE-01 of what a network has translated nothing is connected to, and what else there is may be', async () => {
  const lookUp = (...addresses: string[]) => {
    resolveTo(...addresses)
    return new Promise((resolve, reject) =>
      vettedLookup(`n${addresses.length}.test`, { all: true }, (error, found) =>
        error ? reject(error) : resolve(found),
      ),
    )
  }
  const ipv4 = { address: '93.184.215.14', family: 4 }
  expect(await lookUp('64:ff9b::5db8:d70e', '93.184.215.14')).toEqual([ipv4])
  await expect(lookUp('64:ff9b::5db8:d70e')).rejects.toThrow('forbidden address')
  await expect(lookUp('64:ff9b::5db8:d70e', '93.184.215.14', '10.0.0.1')).rejects.toThrow(
    'forbidden address',
  )
})

test('TE-06 many calls ask for one name once at a time, and each later one anew', async () => {
  const lookup = resolveTo('127.0.0.1')
  const many = () => Promise.allSettled(Array.from({ length: 20 }, () => call('https://own.test')))
  await many()
  expect(lookup).toHaveBeenCalledTimes(1)
  await many()
  expect(lookup).toHaveBeenCalledTimes(2)
})

test('TE-04 http is refused before the name is even looked up', async () => {
  const lookup = resolveTo('127.0.0.1')
  for (const host of ['acme.test', 'localhost', '127.0.0.1', '93.184.215.14'])
    await expect(call(`http://${host}:${port}`)).rejects.toEqual(failed)
  expect(lookup).not.toHaveBeenCalled()
})

test('a name that leads nowhere may lead somewhere later', async () => {
  const lookup = ((_: string, __: unknown, done: (error: Error) => void) => {
    process.nextTick(done, Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
  }) as unknown as typeof dns.lookup
  vi.spyOn(dns, 'lookup').mockImplementation(lookup)
  await expect(call('https://gone.test')).rejects.toEqual(
    expect.objectContaining({ code: 'temporarily_unavailable' }),
  )
})
