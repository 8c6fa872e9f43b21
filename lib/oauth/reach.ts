import { connect as connectPlain } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { env } from '#lib/env'
import { isCallable, vettedLookup } from './vetted.ts'

/**
 * Connects to where a URL leads, and hangs up: name, address, certificate. Nothing is sent.
 * @throws {Error} as the socket does; `forbidden address`; a `TimeoutError`
 */
export async function reach(target: URL): Promise<void> {
  if (!(await isCallable(target))) throw new Error('forbidden address')
  const host = target.hostname.replace(/^\[|\]$/g, '')
  const isTls = target.protocol === 'https:'
  const port = Number(target.port) || (isTls ? 443 : 80)
  const options = { host, port, lookup: vettedLookup }
  const socket = isTls ? connectTls({ ...options, servername: host }) : connectPlain(options)
  const signal = AbortSignal.timeout(env().TOKEN_DEADLINE_MS)
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(isTls ? 'secureConnect' : 'connect', resolve)
      socket.once('error', reject)
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  } finally {
    socket.destroy()
  }
}
