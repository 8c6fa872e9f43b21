import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { startApp } from '../app.ts'
import { expect, test } from '../fixtures.ts'
import { rawGet, rawRequest } from '../raw-request.ts'
import { freePort } from '../stand-in/server.ts'

/** Resident, in megabytes. */
function memoryOf(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

/** Begins a request with a body of ten megabytes, and never ends it. */
function begin(port: number, head: string): Socket {
  const isChunked = head.includes('chunked')
  const lines = [head, 'Host: localhost', 'Content-Type: text/plain']
  if (!isChunked) lines.push('Content-Length: 10485760')
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  socket.write(`${lines.join('\r\n')}\r\n\r\n${isChunked ? 'a00000\r\n' : ''}`)
  socket.write(almost)
  return socket
}

const almost = Buffer.alloc(10 * 1024 * 1024 - 1000, 65)

test('AU-05 who is not logged in makes the app hold next to nothing', async ({ world }) => {
  test.skip(process.platform !== 'linux', 'how much a process holds is read from /proc')
  const { port, pid } = world.app
  await rawRequest({ port, bytes: rawGet('/') })
  const before = memoryOf(pid)
  const heads = ['POST / HTTP/1.1', 'PUT /integrations HTTP/1.1', 'POST /nosuch.png HTTP/1.1']
  const api = ['POST /api/integrations/acme/token HTTP/1.1', 'POST /api/nosuch HTTP/1.1']
  const chunked = 'POST /api/integrations/acme/tickets HTTP/1.1\r\nTransfer-Encoding: chunked'
  const sockets = [...heads, ...api, chunked].flatMap((head) =>
    Array.from({ length: 30 }, () => begin(port, head)),
  )
  let most = 0
  for (let look = 0; look < 20; look += 1) {
    await sleep(100)
    most = Math.max(most, memoryOf(pid) - before)
  }
  for (const socket of sockets) socket.destroy()
  // 1,800 MB were sent. What is held is what is on its way through sockets.
  expect(most).toBeLessThan(250)
  expect(await rawRequest({ port, bytes: rawGet('/api/health') })).toMatch(/^HTTP\/1.1 200/)
})

test('AU-05 a body to a page is refused before it is read', async ({ world }) => {
  const { port } = world.app
  const post = (lines: string) =>
    rawRequest({ port, bytes: `POST / HTTP/1.1\r\nHost: localhost\r\n${lines}\r\n\r\n` })
  expect(await post('Content-Length: 65537')).toMatch(/^HTTP\/1\.1 413 /)
  expect(await post('Transfer-Encoding: chunked')).toMatch(/^HTTP\/1\.1 411 /)
})

test('AU-07 the image optimizer is not there, and writes nothing', async ({ stranger, world }) => {
  const before = world.output().length
  const line = encodeURIComponent('/x\n{"level":50,"event":"forged"}')
  for (const url of [line, encodeURIComponent('/api/health'), 'http%3A%2F%2Flocalhost%2Fx']) {
    const answer = await stranger.get(`/_next/image?w=64&q=75&url=${url}`)
    expect(answer.status).toBe(404)
  }
  expect(world.output().slice(before)).not.toMatch(/forged|image/)
})

test('AU-08 FC-13 with a local address it listens on this machine alone, and says so', async ({
  world,
}) => {
  const { port } = world.app
  expect(world.output()).toMatch(
    new RegExp(`^Ready on ${world.appUrl}, listening on 127\\.0\\.0\\.1:${port}\\b`, 'm'),
  )
  const addresses = Object.values(networkInterfaces()).flatMap((one = []) => one)
  const others = addresses.filter(({ internal, scopeid }) => !internal && !scopeid)
  for (const { address } of others)
    expect(await canConnect({ host: address, port }), address).toBe(false)
  expect(await canConnect({ host: '127.0.0.1', port })).toBe(true)
})

function canConnect(where: { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(where, () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}

test('AU-10 every answer of an app at https asks for https', async ({ world }) => {
  const port = await freePort()
  const app = await startApp({
    ...{ ...world.env, PORT: String(port), DATABASE_URL: 'file::memory:' },
    ...{ APP_BASE_URL: 'https://app.example.com', RETURN_URLS: '', SPA_COMPLETION_URLS: '' },
  })
  expect(app.output()).toMatch(`Ready on https://app.example.com, listening on port ${port} of`)
  const targets = [
    ...['/', '/integrations', '/docs/api', '/nosuch', '/nosuch.png', '/icon.svg', '/auth/login'],
    ...['/_next/static/nosuch.js', '/api/health', '/api/nosuch', '/api/integrations', '//x', '/%'],
  ]
  const requests = targets.map((target) => rawGet(target))
  requests.push(rawGet('/api/x').replace('GET', 'TRACE'))
  requests.push(
    rawGet('/api/integrations/acme/token', ['Content-Length: 0']).replace('GET', 'POST'),
  )
  const lacking: string[] = []
  for (const bytes of requests) {
    const answer = await rawRequest({ port, bytes }, 20_000)
    const found = answer.match(/^strict-transport-security: max-age=31536000$/gim)
    if (found?.length !== 1) lacking.push(`${bytes}${answer.slice(0, 1000)}`)
  }
  expect(lacking).toEqual([])
  await app.stop()
})

test('AU-21 a path that servers read differently gets no redirect, whatever it leads to', async ({
  world,
}) => {
  const { port } = world.app
  for (const path of ['//api/integrations/acme/callback', '/\\api/x', '/a//b', '/x/../api/x']) {
    const answer = await rawRequest({ port, bytes: rawGet(`${path}?code=SECRET&state=x`) })
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).not.toMatch(/SECRET|^location:/im)
    expect(answer).toMatch(/^cache-control: no-store\r$/im)
  }
})

test('AU-21 what is not there is a page with its policy, or a problem of the API', async ({
  alice,
  stranger,
}) => {
  for (const path of ['/nosuch.png', '/nosuch.txt', '/x.ico', '/integrations/a.svg', '/_next/x'])
    for (const visitor of [stranger, alice]) {
      const { headers } = await visitor.get(path)
      expect(headers['content-security-policy'], path).toMatch(/default-src 'none'/)
    }
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
    for (const path of ['/api/nosuch', '/api/grants/1/nosuch', '/api/integrations/acme/nosuch']) {
      const { status, headers, body } = await stranger.get(path, { method })
      expect([path, status]).toEqual([path, 404])
      expect(headers['content-type']).toBe('application/problem+json')
      expect(JSON.parse(body)).toMatchObject({ status: 404, code: 'invalid_request' })
    }
})

test('AU-20 the description of the API is one text, for everybody', async ({ alice, stranger }) => {
  const told = new Set<string>()
  for (const visitor of [stranger, alice, stranger])
    for (const language of ['en', 'de']) {
      const headers = { 'accept-language': language }
      const { status, body } = await visitor.get('/docs/api', { headers })
      expect(status).toBe(200)
      told.add(/<h1[^>]*>.*?<\/h1>(.*?)<\/main>/s.exec(body)?.[1] ?? '')
    }
  const [only = ''] = told
  expect(told.size).toBe(1)
  expect(only).toContain('id="listEvents"')
})
