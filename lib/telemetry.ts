import pino, { type Logger } from 'pino'
import { env } from './env.ts'
import { oncePerProcess } from './process.ts'

/**
 * Logs one thing that happened, as a JSON line on stdout. Only the fields named here exist, so that
 * no token, code, state, query or provider's text finds its way into a log by habit.
 */
export function logEvent(
  level: 'debug' | 'info' | 'warn' | 'error',
  event: string,
  fields: Fields = {},
): void {
  const { cause, ...plain } = fields
  oncePerProcess('logger', openLogger)[level]({
    event,
    ...plain,
    ...(cause === undefined ? {} : { cause: causesOf(cause) }),
  })
}

type Fields = {
  provider?: string
  grantId?: string
  code?: string
  outcome?: string
  route?: string
  count?: number
  /** What a user tells an administrator. */
  reference?: string
  caller?: string
  cause?: unknown
}

// Synchronous: a worker transport could lose the last lines of a process that is killed.
function openLogger(): Logger {
  return pino({ base: null, level: env().LOG_LEVEL, timestamp: pino.stdTimeFunctions.isoTime })
}

/** Names and system codes down the chain of causes. Never messages: they quote what they choked on. */
function causesOf(error: unknown): string[] {
  const names: string[] = []
  for (let at = error; at instanceof Error && names.length < 8; at = at.cause) {
    const code = 'code' in at && typeof at.code === 'string' ? at.code : undefined
    names.push(code ? `${at.name} ${code.slice(0, 64)}` : at.name)
  }
  return names
}
