import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type Listening, listen, originOf } from './listen.ts'

const open: Listening[] = []
afterEach(() => {
  for (const { servers } of open.splice(0)) for (const server of servers) server.close()
})

async function listening(hosts: readonly (string | undefined)[], port: number): Promise<Listening> {
  const answer = (_: unknown, response: { end: (text: string) => void }) => response.end('hello')
  const one = await listen({ hosts, port }, () => {}, answer)
  open.push(one)
  return one
}

/** One that is free on every address of the machine. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

test('AU-08 localhost is each of its addresses that the machine has', async () => {
  const port = await freePort()
  const { servers, addresses } = await listening(['127.0.0.1', '::1'], port)
  expect(addresses).toEqual([`127.0.0.1:${port}`, `[::1]:${port}`].slice(0, servers.length))
  for (const address of addresses)
    expect(await (await fetch(`http://${address}`)).text()).toBe('hello')
})

test('FC-13 what another program has is named', async () => {
  const port = await freePort()
  await listening(['127.0.0.1'], port)
  await expect(listening(['127.0.0.1', '::1'], port)).rejects.toThrow(
    `listen on 127.0.0.1:${port}: `,
  )
})

test('FC-13 every address is said to be that', async () => {
  const port = await freePort()
  const { addresses } = await listening([undefined], port)
  expect(addresses).toEqual([`port ${port} of every address of this machine`])
})

test.each([
  [[undefined], 'http://127.0.0.1:3000'],
  [['0.0.0.0'], 'http://127.0.0.1:3000'],
  [['127.0.0.1', '::1'], 'http://127.0.0.1:3000'],
  [['10.0.0.5'], 'http://10.0.0.5:3000'],
  [['::1'], 'http://[::1]:3000'],
])('AU-02 at %s the app reaches itself', (hosts, origin) => {
  expect(originOf({ hosts, port: 3000 })).toBe(origin)
})
