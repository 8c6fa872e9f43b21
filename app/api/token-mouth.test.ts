import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '#db'
import { createKey } from '#lib/api-keys'
import { addGrant, addUser, useDatabase } from '#lib/testing/database'
import { startThirdParties, type ThirdParties } from '#lib/testing/third-parties'
import { answerToken } from './token-answer.ts'
import { answerAtMouth } from './token-mouth.ts'

const path = '/api/integrations/acme/token'
const passedOn: string[] = []
const responses: ServerResponse[] = []
const server = createServer((request, response) => {
  responses.push(response)
  if (answerAtMouth(request, response, answerToken)) return
  passedOn.push(`${request.method} ${request.url}`)
  response.writeHead(299).end()
})
let parties: ThirdParties
let authorization: string
let body: string

beforeAll(async () => {
  parties = await startThirdParties({ AUTH0_DOMAIN: 'login.test' })
  const database = useDatabase(await openDatabase('file::memory:'))
  const user = await addUser(database)
  const life = { connectedAt: Date.now(), accessTokenExpiresAt: Date.now() + 3_600_000 }
  await addGrant(database, user, { scope: 'profile', ...life })
  authorization = `Bearer ${(await createKey({ name: 'Nightly', providers: ['acme'] }))?.key}`
  body = JSON.stringify({ user: user.sub })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => parties.close())

test('a job gets its token, under the headers of the API', async () => {
  const answer = await post(path)
  expect([answer.status, await answer.json()]).toEqual([
    200,
    expect.objectContaining({ access_token: 'AT_cnry_old' }),
  ])
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'cache-control': 'no-store',
    'content-type': 'application/json',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  })
})

test.each([
  `${path}/`,
  `${path}?`,
  `${path}?x=1`,
  '/api/integrations/ACME/token',
  '/api/integrations/%61cme/token',
  `/api/integrations/${'a'.repeat(41)}/token`,
  '/api/integrations/acme/Token',
  '/api/integrations//token',
  '/x/api/integrations/acme/token',
])('whatever is written in another way is passed on: %s', async (other) => {
  expect((await post(other)).status).toBe(299)
  expect(passedOn.at(-1)).toBe(`POST ${other}`)
})

test.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('%s is passed on', async (method) => {
  expect((await fetch(urlOf(path), { method })).status).toBe(299)
})

test('a body that is too long is refused, and the connection serves the next request', async () => {
  const socket = await dial()
  const text = read(socket)
  socket.write(requestOf(`{"user":"x"${' '.repeat(100_000)}}`))
  socket.end(requestOf(body, 'Connection: close'))
  const statuses = (await text).match(/HTTP\/1\.1 \d+/g)
  expect(statuses).toEqual(['HTTP/1.1 400', 'HTTP/1.1 200'])
})

test('a job that hangs up in the middle of its body leaves nothing behind', async () => {
  const { length } = responses
  const socket = await dial()
  socket.write(requestOf(body).slice(0, -4))
  await expect.poll(() => responses.length).toBe(length + 1)
  const closed = once(responses[length] as ServerResponse, 'close')
  socket.destroy()
  await closed
  expect((await post(path)).status).toBe(200)
})

test('what has begun when the server closes is answered', async () => {
  const { length } = responses
  const socket = await dial()
  const text = read(socket)
  const request = requestOf(body, 'Connection: close')
  socket.write(request.slice(0, -4))
  await expect.poll(() => responses.length).toBe(length + 1)
  const closed = new Promise((done) => server.close(done))
  socket.write(request.slice(-4))
  expect(await text).toMatch(/^HTTP\/1\.1 200 /)
  await closed
})

function urlOf(target: string): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${target}`
}

function post(target: string): Promise<Response> {
  return fetch(urlOf(target), { method: 'POST', headers: { authorization }, body })
}

function requestOf(text: string, ...lines: string[]): string {
  const head = [`POST ${path} HTTP/1.1`, 'Host: x', `Authorization: ${authorization}`, ...lines]
  return `${head.join('\r\n')}\r\nContent-Length: ${text.length}\r\n\r\n${text}`
}

async function dial(): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

async function read(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
