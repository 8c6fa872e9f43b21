import dns from 'node:dns'
import { appendFileSync } from 'node:fs'
import { isIP } from 'node:net'

/**
 * Loaded into the app before anything else (NODE_OPTIONS --import): a network in a bottle. Names have
 * the addresses that a test gives them, chosen addresses lead to servers on this machine, no other
 * connection leaves, and each attempt is written down. What the app itself checks is untouched.
 */
export type Network = {
  /** The answers to a name, one after the other; the last one stays. */
  names: Record<string, string[][]>
  /** Where a connection to `address:port` really goes: a port on 127.0.0.1. */
  routes: Record<string, number>
  /** The file that gets one line for each look-up and each attempt to connect. */
  log: string
}

type Handle = { prototype: Record<'connect' | 'connect6', Connect> }
type Connect = (request: unknown, address: string, port: number) => number

const { names, routes, log }: Network = JSON.parse(process.env.TEST_NETWORK ?? '{}')
const note = (line: string) => appendFileSync(log, `${line}\n`)

dns.lookup = ((name: string, options: dns.LookupOptions, done: LookupDone) => {
  // An address is no name: where the app itself listens, nobody is asked.
  if (isIP(name) !== 0) return literal(name, options, done)
  note(`lookup ${name}`)
  const answers = Object.hasOwn(names, name) ? names[name] : undefined
  const addresses = answers && answers.length > 1 ? answers.shift() : answers?.[0]
  const found = (addresses ?? []).map((address) => ({
    address,
    family: address.includes(':') ? 6 : 4,
  }))
  const [first] = found
  if (!first) return done(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }))
  if (options.all) return done(null, found)
  done(null, first.address, first.family)
}) as typeof dns.lookup

function literal(address: string, options: dns.LookupOptions, done: LookupDone): void {
  const family = isIP(address)
  if (options.all) done(null, [{ address, family }])
  else done(null, address, family)
}

type LookupDone = (error: Error | null, found?: unknown, family?: number) => void

// The one place below all of Node's clients: the socket's own connect.
const { TCP } = (process as unknown as { binding: (name: string) => { TCP: Handle } }).binding(
  'tcp_wrap',
)
const { connect } = TCP.prototype
const refused = -111

TCP.prototype.connect = function (this: unknown, request, address, port) {
  note(`connect ${address}:${port}`)
  const routed = routes[`${address}:${port}`]
  return routed === undefined ? refused : connect.call(this, request, '127.0.0.1', routed)
}
TCP.prototype.connect6 = (_request, address, port) => {
  note(`connect [${address}]:${port}`)
  return refused
}
