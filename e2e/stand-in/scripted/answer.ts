import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Rule } from './rules.ts'
import { sendTemplate } from './templates.ts'

/** What an endpoint answers: JSON, or a redirect whose query is `query`. */
export type Reply = {
  status: number
  headers?: Record<string, string>
  json?: Record<string, unknown>
  /** In place of JSON. */
  text?: string
  redirect?: { to: string; query: Record<string, string> }
}

/** Sends the honest reply as the rule bends it. */
export async function send(
  reply: Reply,
  rule: Partial<Rule>,
  response: ServerResponse,
): Promise<void> {
  await rule.during?.()
  if (rule.delay_before_headers) await sleep(rule.delay_before_headers, undefined, { ref: false })
  if (rule.drop_after_processing) {
    response.destroy()
    return
  }
  const { signal_after_response: end } = rule
  if (end) response.once('finish', () => process.kill(end.pid, end.signal as NodeJS.Signals))
  if (rule.template) return sendTemplate(rule.template, response)
  const { status, headers, body } = bend(reply, rule)
  response.writeHead(status, headers)
  if (!rule.drip_bytes_per_s) {
    response.end(body)
    return
  }
  await drip(body, rule.drip_bytes_per_s, response)
}

function bend(reply: Reply, rule: Partial<Rule>) {
  const status = rule.status ?? (rule.redirect_to === undefined ? reply.status : 302)
  const headers = { ...headersOf(reply, rule), ...rule.headers }
  if (rule.body_base64 !== undefined)
    return { status, headers, body: Buffer.from(rule.body_base64, 'base64') }
  const json = reply.json === undefined ? '' : JSON.stringify(patch(reply.json, rule))
  return { status, headers, body: Buffer.from(rule.body ?? reply.text ?? json) }
}

function headersOf(reply: Reply, rule: Partial<Rule>): Record<string, string> {
  const base = { 'cache-control': 'no-store', ...reply.headers }
  if (rule.redirect_to !== undefined) return { ...base, location: rule.redirect_to }
  if (!reply.redirect) return { ...base, 'content-type': 'application/json' }
  const target = new URL(reply.redirect.to)
  for (const [name, value] of Object.entries(patch(reply.redirect.query, rule)))
    target.searchParams.set(name, String(value))
  if (rule.fragment !== undefined) target.hash = rule.fragment
  return { ...base, location: target.href }
}

function patch(honest: Record<string, unknown>, rule: Partial<Rule>): Record<string, unknown> {
  const fields = Object.entries({ ...honest, ...rule.merge })
  return Object.fromEntries(fields.filter(([name]) => !rule.omit?.includes(name)))
}

async function drip(body: Buffer, bytesPerSecond: number, response: ServerResponse): Promise<void> {
  response.flushHeaders()
  for (const byte of body) {
    if (response.destroyed) return
    response.write(Buffer.of(byte))
    await sleep(1000 / bytesPerSecond, undefined, { ref: false })
  }
  response.end()
}
