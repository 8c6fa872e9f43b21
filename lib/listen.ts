import { createServer, type RequestListener, type Server } from 'node:http'
import { isIPv6 } from 'node:net'

/** The servers of one app, which answer alike, and the addresses at which they listen. */
export type Listening = { servers: Server[]; addresses: string[] }

/** Undefined stands for every address of the machine. */
export type Where = { hosts: readonly (string | undefined)[]; port: number }

/**
 * Listens at each of these addresses. Where a machine has no IPv6,
 * what is left of `localhost` is enough.
 * @param prepare what is set on each server before it listens
 * @throws {Error} that names the address, where another program has it
 */
export async function listen(
  { hosts, port }: Where,
  prepare: (server: Server) => void,
  answer: RequestListener,
): Promise<Listening> {
  const servers: Server[] = []
  for (const [index, host] of hosts.entries()) {
    const server = createServer(answer)
    prepare(server)
    try {
      await opened(server, { port, host })
      servers.push(server)
    } catch (error) {
      if (index > 0 && isAbsent(error)) continue
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`listen on ${shown({ host, port })}: ${reason}`, { cause: error })
    }
  }
  return { servers, addresses: hosts.slice(0, servers.length).map((host) => shown({ host, port })) }
}

/** The address at which the app reaches itself, as an origin: never a name, to which another could answer. */
export function originOf({ hosts: [host], port }: Where): string {
  const isAny = host === undefined || host === '0.0.0.0'
  return `http://${shown({ host: isAny ? '127.0.0.1' : host, port })}`
}

/** `address:port` as URLs have it. */
function shown({ host, port }: { host: string | undefined; port: number }): string {
  if (host === undefined) return `port ${port} of every address of this machine`
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}

function opened(server: Server, where: { port: number; host: string | undefined }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT'
}
