import { connect } from 'node:net'

/**
 * Writes bytes to a TCP socket and reads until the other side ends it: for requests that no HTTP
 * client would send. Add `Connection: close`, or it waits for the deadline.
 * @param deadlineMs after which what has come is returned
 */
export function rawRequest(
  { port, bytes }: { port: number; bytes: string | Buffer },
  deadlineMs = 5000,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const done = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(Buffer.concat(chunks).toString('latin1'))
    }
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(bytes))
    const timer = setTimeout(done, deadlineMs)
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('end', done)
    socket.on('error', (error) => (chunks.length > 0 ? done() : reject(error)))
  })
}

/** A GET as raw bytes; header lines are sent as they are given. */
export function rawGet(path: string, lines: readonly string[] = []): string {
  return `${[`GET ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...lines].join('\r\n')}\r\n\r\n`
}
