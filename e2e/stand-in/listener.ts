import { type LoggedRequest, requestLog } from './request-log.ts'
import { listen, readBody } from './server.ts'

export type Listener = {
  url: string
  log: LoggedRequest[]
  /** The page that it answers with from now on; undefined: one with nothing in it. */
  show: (html: string | undefined) => void
  close: () => Promise<void>
}

/** A server that only listens: attacker land, or the page of a SPA. It answers 200 to everything. */
export async function startListener(name: string, port = 0): Promise<Listener> {
  const log = requestLog()
  const plain = `<!doctype html><html lang="en"><title>${name}</title><h1>${name}</h1>`
  let page = plain
  const server = await listen(
    async (request, response) => {
      log.add(request, await readBody(request).catch(() => ''))
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      response.end(page)
    },
    { name, port },
  )
  return {
    url: `http://127.0.0.1:${server.port}`,
    log: log.entries,
    show: (html) => {
      page = html ?? plain
    },
    close: server.close,
  }
}
