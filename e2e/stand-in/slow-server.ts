import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** How it keeps a client waiting. */
export type Slowness = 'silent' | 'after headers' | 'byte by byte' | 'never ends'

export type SlowServer = {
  url: string
  slowness: (how: Slowness) => void
  /** Connections that are open now, and the most that ever were at once for more than a moment. */
  open: () => number
  mostOpen: () => number
  close: () => Promise<void>
}

/** A server that takes its time below HTTP, and counts its sockets. */
export async function startSlowServer(): Promise<SlowServer> {
  const sockets = new Set<Socket>()
  let mostOpen = 0
  let how: Slowness = 'silent'
  const server = createServer((socket) => {
    sockets.add(socket)
    // A moment later: the end of a connection may be told after the beginning of the next.
    setTimeout(() => {
      mostOpen = Math.max(mostOpen, sockets.size)
    }, 100)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.once('data', () => answers[how](socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    slowness: (next) => {
      how = next
    },
    open: () => sockets.size,
    mostOpen: () => mostOpen,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A port where a program listens that never accepts: it is stopped, and the kernel's queue is short. */
export async function startDeafServer(): Promise<{ url: string; close: () => Promise<void> }> {
  const program =
    'const s = require("net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => process.stdout.write(String(s.address().port)))'
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = await once(child.stdout, 'data')
  child.kill('SIGSTOP')
  return {
    url: `http://127.0.0.1:${String(port)}`,
    async close() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n'
const body = '{"access_token":"AT_cnry_acme_slow","token_type":"Bearer"}'

const answers: Record<Slowness, (socket: Socket) => void> = {
  silent() {},
  'after headers': (socket) => void socket.write(`${head}Content-Length: ${body.length}\r\n\r\n`),
  'byte by byte'(socket) {
    const bytes = [...`${head}\r\n${body}`]
    const timer = setInterval(() => void socket.write(bytes.shift() ?? ' '), 1000)
    socket.on('close', () => clearInterval(timer))
  },
  'never ends': (socket) => void socket.write(`${head}\r\n${body}`),
}
