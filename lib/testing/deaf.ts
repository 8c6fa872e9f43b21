import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'

/**
 * A server that accepts nobody for so long: its queue is full, so that who connects hears nothing at all, as
 * from one whose packets are lost. Then it answers every request with `{}`.
 */
export async function startDeaf(forMs: number): Promise<{ port: number; close: () => void }> {
  const child = fork('--eval', [server], {
    execArgv: [],
    env: { ...process.env, FOR_MS: String(forMs) },
  })
  const [port] = (await once(child, 'message')) as [number]
  const waiting = Array.from({ length: 4 }, () =>
    connect(port, '127.0.0.1').on('error', () => undefined),
  )
  await once(waiting[0] as (typeof waiting)[0], 'connect')
  return {
    port,
    close: () => {
      for (const socket of waiting) socket.destroy()
      child.kill('SIGKILL')
    },
  }
}

const server = `
  const answer = 'HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\nconnection: close\\r\\n\\r\\n{}'
  const server = require('node:net').createServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.end(answer))
  })
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    process.send(server.address().port, () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(process.env.FOR_MS))
    })
  })
`
