import { afterAll, beforeAll, expect, test } from 'vitest'
import { selfSigned } from '#e2e/self-signed'
import { type LoginIssuer, startLogin } from '#e2e/stand-in/login'
import { freePort, listen } from '#e2e/stand-in/server'
import { loginEnv } from '#e2e/stand-in/start'
import { startTlsFront } from '#e2e/tls-front'
import { parseEnv } from '#lib/env'
import { startIssuer, type TestIssuer } from '#lib/testing/issuer'
import { settingsOf } from '#lib/testing/settings'
import { examineIssuer } from './issuer.ts'
import { type Login, loginOf } from './login.ts'

const appUrl = 'http://localhost:3000'
let real: LoginIssuer
let bent: TestIssuer
beforeAll(async () => {
  ;[real, bent] = await Promise.all([startLogin({ port: 0, appUrls: [appUrl] }), startIssuer()])
})
afterAll(() => Promise.all([real.close(), bent.close()]))

/** What is found at the issuer, but for what is good, one line each. */
async function faults(given: Partial<Login> = {}): Promise<string[]> {
  const settings = settingsOf({
    ...loginEnv(real),
    APP_BASE_URL: appUrl,
  })
  const findings = await examineIssuer({ ...loginOf(parseEnv(settings)), ...given })
  return findings.flatMap(({ about, verdict, says, mend }) =>
    verdict === 'good' ? [] : [`${about}: ${says} → ${mend}`],
  )
}

const only = (sentence: string) => [expect.stringContaining(sentence)]

test('an issuer that is set up has no faults', async () => {
  expect(await faults()).toEqual([])
})

test('an issuer that is not there is named', async () => {
  expect(await faults({ issuer: `http://localhost:${await freePort()}/` })).toEqual(
    only('Nobody listens'),
  )
})

test('a certificate that nobody trusts is named', async () => {
  const front = await startTlsFront(Number(new URL(real.url).port), selfSigned())
  expect(await faults({ issuer: `${front.url}/` })).toEqual(only('is not signed by anybody'))
  await front.close()
})

test('a server that is no issuer is named', async () => {
  const server = await listen((_, response) => response.end('<h1>Welcome</h1>'), {
    name: 'a web site',
    port: 0,
  })
  const issuer = `http://localhost:${server.port}/`
  expect(await faults({ issuer })).toEqual(only('There is no metadata of an OpenID issuer'))
  await server.close()
})

test('an issuer by another name is named', async () => {
  const issuer = real.url.replace('localhost', '127.0.0.1')
  expect(await faults({ issuer })).toEqual(only('calls itself by another name'))
})

test('a client that it refuses is named', async () => {
  const client = { id: real.client.id, secret: 'SECRET_cnry_wrong' }
  expect(await faults({ client })).toEqual(only('It refuses our client'))
})

test('a callback URL that it does not know is named, with what to register', async () => {
  const callback = 'https://app.test/auth/callback'
  expect(await faults({ callback })).toEqual(only(`does not know the callback URL ${callback}`))
})

test('an issuer without keys is named', async () => {
  const { answers, url } = bent
  const endpoints = { authorization_endpoint: `${url}authorize`, token_endpoint: `${url}token` }
  Object.assign(Object(answers['/.well-known/openid-configuration']), endpoints)
  answers['/jwks'] = { keys: [] }
  expect(await faults({ issuer: url })).toContainEqual(
    expect.stringContaining(`It shows no key for signatures at ${url}jwks`),
  )
})

test('an issuer whose clock is another is named', async () => {
  const late = await listen(
    (request, response) => {
      const issuer = `http://${request.headers.host}`
      response.setHeader('date', new Date(Date.now() - 300_000).toUTCString())
      response.end(JSON.stringify(metadataOf(issuer)))
    },
    { name: 'an issuer that is late', port: 0 },
  )
  const issuer = `http://localhost:${late.port}/`
  expect(await faults({ issuer })).toContainEqual(
    expect.stringMatching(/and the login issuer's are (299|300|301) seconds apart/),
  )
  await late.close()
})

function metadataOf(issuer: string): Record<string, string> {
  const [authorization_endpoint, token_endpoint, jwks_uri] = ['authorize', 'token', 'jwks'].map(
    (path) => `${issuer}/${path}`,
  ) as [string, string, string]
  return { issuer, authorization_endpoint, token_endpoint, jwks_uri }
}
