import { createServer } from 'node:net'

/** The first of these ports that somebody else listens on, on any address of this machine. */
export async function takenPort(ports: number[]): Promise<number | undefined> {
  for (const port of ports)
    for (const host of ['127.0.0.1', '::1', undefined])
      if (!(await canListen(port, host))) return port
  return undefined
}

function canListen(port: number, host: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    // A machine without IPv6 has no ::1 that could be taken.
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRNOTAVAIL'))
    server.listen({ port, host }, () => server.close(() => resolve(true)))
  })
}
