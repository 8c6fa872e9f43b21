import { X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import { expect, test } from 'vitest'
import { selfSigned } from './self-signed.ts'
import { startListener } from './stand-in/listener.ts'
import { startTlsFront } from './tls-front.ts'

test('the certificate is for localhost and signs itself', () => {
  const certificate = new X509Certificate(selfSigned().cert)
  expect(certificate.checkHost('localhost')).toBe('localhost')
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
  expect(certificate.verify(certificate.publicKey)).toBe(true)
})

test('the TLS front passes requests on and says that they came by https', async () => {
  const target = await startListener('target')
  const front = await startTlsFront(Number(new URL(target.url).port))
  const status = await new Promise((resolve, reject) => {
    const outgoing = request(`${front.url}/a?b=c`, { rejectUnauthorized: false, agent: false })
    outgoing.on('error', reject)
    outgoing.on('response', (answer) => resolve(answer.resume().statusCode))
    outgoing.end()
  })
  expect(status).toBe(200)
  expect(target.log[0]?.url).toBe('/a?b=c')
  expect(target.log[0]?.rawHeaders).toContain('x-forwarded-proto')
  await Promise.all([front.close(), target.close()])
})
