import { toNextJsHandler } from 'better-auth/next-js'
import { openAuth } from '../../../../../auth.mjs'

let handlers

/** Opened with the first request: the build has no database. */
function opened() {
  handlers ??= toNextJsHandler(openAuth())
  return handlers
}

export const GET = (request) => opened().GET(request)
export const POST = (request) => opened().POST(request)
