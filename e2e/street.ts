import { startTlsFront } from './tls-front.ts'

/** One TLS front for several apps, each at names of its own and all on one port, as at a platform. */
export type Street = {
  urlOf: (name: string) => string
  /** Lets the app on this port answer at a name. Its URL. */
  admit: (name: string, port: number) => string
  close: () => Promise<void>
}

export async function startStreet(): Promise<Street> {
  const ports = new Map<string, number>()
  const front = await startTlsFront((host) => ports.get(host) ?? 0)
  const urlOf = (name: string) => `https://${name}:${front.port}`
  return {
    urlOf,
    admit(name, port) {
      ports.set(new URL(urlOf(name)).host, port)
      return urlOf(name)
    },
    close: front.close,
  }
}
