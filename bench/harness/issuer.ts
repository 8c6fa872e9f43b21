import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { freePort, listen } from '#e2e/stand-in/server'

/** The login, as far as it is asked: its metadata, its keys, and tokens for jobs and users. */
export type Issuer = {
  /** As it is called in `iss`. */
  name: string
  env: Record<string, string>
  /** A machine-to-machine token that may vend everything, of one of many clients. */
  machineToken: (client: number) => Promise<string>
  /** An access token of a user for the API. */
  userToken: (sub: string) => Promise<string>
  close: () => Promise<void>
}

/** Each caller may ask a thousand times a second: a load needs several. */
export const machines = 16

/** Starts the login in this process: it is asked hardly ever. */
export async function startIssuer(): Promise<Issuer> {
  const port = await freePort()
  const domain = `http://localhost:${port}`
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const keys = {
    keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256', use: 'sig' }],
  }
  const metadata = { issuer: `${domain}/`, jwks_uri: `${domain}/jwks` }
  const { close } = await listen(
    (request, response) => response.end(JSON.stringify(request.url === '/jwks' ? keys : metadata)),
    { name: 'login', port },
  )
  const sign = (claims: Record<string, string>) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'bench' })
      .setIssuer(metadata.issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('2h')
      .sign(privateKey)
  return {
    name: metadata.issuer,
    env: {
      AUTH0_DOMAIN: domain,
      AUTH0_CLIENT_ID: 'app',
      AUTH0_CLIENT_SECRET: 'secret-of-the-app',
      AUTH0_AUDIENCE: audience,
      M2M_CLIENTS: Array.from({ length: machines }, (_, n) => `job${n}`).join(','),
    },
    machineToken(client) {
      const azp = `job${client}`
      return sign({ sub: `${azp}@clients`, azp, gty: 'client-credentials', scope: 'vend:*' })
    },
    userToken: (sub) =>
      sign({ sub, azp: 'spa', scope: 'openid integrations:read integrations:write' }),
    close,
  }
}

const audience = 'https://api.bench.test'
