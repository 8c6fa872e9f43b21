import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { selfSigned } from '#e2e/self-signed'
import { stubSettings } from '../testing/settings.ts'
import { callThirdParty } from './outbound.ts'
import { streamThirdParty } from './outbound-stream.ts'

stubSettings({ ALLOW_INSECURE_LOCALHOST: 'true' })

/** A third party as most are: it speaks HTTP/2 with whoever offers that, and keeps connections open. */
const certificate = selfSigned()
const server = createSecureServer({ ...certificate, allowHTTP1: true }, (request, response) => {
  spoken.push(request.httpVersion)
  response.end('{}')
})
let spoken: string[] = []
let connections = 0
server.on('secureConnection', () => {
  connections += 1
})
const trusted = getCACertificates('default')

beforeAll(async () => {
  setDefaultCACertificates([...trusted, certificate.cert])
  await new Promise<void>((done) => server.listen(0, done))
})
afterAll(() => {
  setDefaultCACertificates(trusted)
  server.close()
})
beforeEach(() => {
  spoken = []
  connections = 0
})

const url = () => `https://localhost:${(server.address() as AddressInfo).port}/token`
const call = () =>
  callThirdParty({ url: url(), method: 'POST', headers: new Headers(), body: 'a=b' })

describe('each call has a connection of its own, also where many could share one', () => {
  test('for tokens', async () => {
    for (let n = 0; n < 3; n += 1) {
      expect(await call()).toMatchObject({ status: 200 })
    }
    expect({ spoken, connections }).toEqual({ spoken: ['1.1', '1.1', '1.1'], connections: 3 })
  })

  test('at once', async () => {
    await Promise.all([call(), call(), call()])
    expect(connections).toBe(3)
  })

  test('for calls that pass through', async () => {
    for (let n = 0; n < 3; n += 1) {
      const { signal } = new AbortController()
      const asked = { url: new URL(url()), method: 'GET', headers: {}, body: undefined, signal }
      const { body } = await streamThirdParty(asked)
      expect(await body.toArray()).toHaveLength(1)
    }
    expect({ spoken, connections }).toEqual({ spoken: ['1.1', '1.1', '1.1'], connections: 3 })
  })
})
