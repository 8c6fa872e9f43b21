import { createServer } from 'node:http'
import { toNodeHandler } from 'better-auth/node'
import { openAuth } from './auth.mjs'

const handle = toNodeHandler(openAuth())

/** better-auth without a framework around it. */
createServer((request, response) => {
  if (request.url === '/empty') return void response.end('{}')
  void handle(request, response)
}).listen(Number(process.env.PORT), '127.0.0.1')
