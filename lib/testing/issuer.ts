import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { listen } from '#e2e/stand-in/server'

/** A login issuer that has nothing but metadata and keys, and signs whatever it is told. */
export async function startIssuer(): Promise<TestIssuer> {
  const asked: string[] = []
  const answers: Record<string, unknown> = {}
  const redirects: TestIssuer['redirects'] = {}
  const server = await listen(
    (request, response) => {
      const path = request.url ?? ''
      asked.push(path)
      const [status, location] = redirects[path] ?? []
      if (status && location) return response.writeHead(status, { location }).end()
      response.statusCode = issuer.isDown || !(path in answers) ? 503 : 200
      response.end(JSON.stringify(answers[path] ?? {}))
    },
    { name: 'test issuer', port: 0 },
  )
  const url = `http://localhost:${server.port}`
  const keys = await generateKeyPair('RS256')
  const jwk = await exportJWK(keys.publicKey)
  answers['/jwks'] = { keys: [{ ...jwk, kid: 'k1', alg: 'RS256', use: 'sig' }] }
  answers['/.well-known/openid-configuration'] = { issuer: `${url}/`, jwks_uri: `${url}/jwks` }
  const issuer: TestIssuer = {
    url: `${url}/`,
    asked,
    answers,
    redirects,
    isDown: false,
    publicKey: jwk,
    mint: (claims = {}, header = {}, key = keys.privateKey) =>
      new SignJWT(withDefaults(`${url}/`, claims))
        .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'k1', ...header })
        .sign(key, { crit: { x: true } }),
    close: server.close,
  }
  return issuer
}

type Key = Parameters<InstanceType<typeof SignJWT>['sign']>[0]

export type TestIssuer = {
  url: string
  /** The paths that it was asked for, in order. */
  asked: string[]
  /** By path; to be bent. */
  answers: Record<string, unknown>
  /** By path: status and location. */
  redirects: Record<string, readonly [number, string]>
  isDown: boolean
  publicKey: Awaited<ReturnType<typeof exportJWK>>
  /** A token of a machine that may vend everything, but for what the test says; null leaves out. */
  mint: (
    claims?: Record<string, unknown>,
    header?: Record<string, unknown>,
    key?: Key,
  ) => Promise<string>
  close: () => Promise<void>
}

export const audience = 'https://grantkeeper.example/api'

function withDefaults(iss: string, claims: Record<string, unknown>): JWTPayload {
  const now = Math.floor(Date.now() / 1000)
  const all = {
    ...{ iss, aud: audience, sub: 'jobs@clients', azp: 'jobs', gty: 'client-credentials' },
    ...{ scope: 'vend:*', iat: now, exp: now + 600, jti: crypto.randomUUID() },
    ...claims,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null))
}
