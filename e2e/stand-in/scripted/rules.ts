import { z } from 'zod'

/**
 * A change to how an endpoint answers. A rule with `status`, `body`, `template` or `redirect_to`
 * answers in place of the honest endpoint, which then does nothing, unless `process` is true; all
 * other rules change the honest answer. Several rules that fit are merged, the latest wins.
 */
export const ruleSchema = z.strictObject({
  endpoint: z.enum(['authorize', 'token', 'revoke', 'userinfo', 'par', 'jwks', 'metadata', 'api']),
  /** Only the nth request from now on, counted from 1. */
  nth: z.number().int().min(1).optional(),
  status: z.number().int().min(200).max(599).optional(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  body: z.string().optional(),
  body_base64: z.base64().optional(),
  template: z
    .enum(['big_token', 'endless', 'gzip_bomb', 'big_header', 'many_keys', 'deep', 'stall'])
    .or(z.enum(['stall_body', 'drop', 'html', 'empty']))
    .optional(),
  /** Fields laid over the honest answer: JSON, or at `authorize` the query of the redirect. */
  merge: z.record(z.string(), z.unknown()).optional(),
  omit: z.array(z.string()).optional(),
  process: z.boolean().optional(),
  /** In milliseconds, after processing. */
  delay_before_headers: z.number().min(0).optional(),
  drip_bytes_per_s: z.number().positive().optional(),
  drop_after_processing: z.boolean().optional(),
  redirect_to: z.string().optional(),
  /** Laid over the fragment of the redirect, at `authorize`. */
  fragment: z.string().optional(),
  rotate: z.boolean().optional(),
  reuse: z
    .custom<'kill-family' | `grace:${number}s`>(
      (value) => typeof value === 'string' && /^(kill-family|grace:\d+s)$/.test(value),
    )
    .optional(),
  /** How a refresh token that is dead is refused, in place of `invalid_grant`. All others are good. */
  dead: z.strictObject({ status: z.number().int(), body: z.string() }).optional(),
  /** Ends a process once the answer is out. */
  signal_after_response: z.strictObject({ pid: z.number(), signal: z.string() }).optional(),
  /** Claims laid over the honest ID token; `alg: none` removes the signature, null a claim. */
  id_token: z
    .strictObject({
      alg: z.enum(['none', 'HS256', 'foreign_key']).optional(),
      expired: z.boolean().optional(),
      claims: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
})

/** `during` runs between processing and answering, in tests that share the process. */
export type Rule = z.output<typeof ruleSchema> & { during?: () => Promise<void> | void }

export type Endpoint = Rule['endpoint']

export type Rules = {
  add: (rule: Rule) => void
  /** The rules for one request at an endpoint, merged. */
  take: (endpoint: Endpoint) => Partial<Rule>
  reset: () => void
}

export function rules(): Rules {
  let active: { rule: Rule; seen: number }[] = []
  return {
    add: (rule) => active.push({ rule, seen: 0 }),
    take(endpoint) {
      const here = active.filter(({ rule }) => rule.endpoint === endpoint)
      for (const entry of here) entry.seen += 1
      const fitting = here.filter(({ rule, seen }) => rule.nth === undefined || rule.nth === seen)
      return Object.assign({}, ...fitting.map(({ rule }) => rule))
    },
    reset() {
      active = []
    },
  }
}

/** Whether the honest endpoint is left out. */
export function replaces(rule: Partial<Rule>): boolean {
  if (rule.process !== undefined) return !rule.process
  const { status, body, body_base64, template, redirect_to } = rule
  return [status, body, body_base64, template, redirect_to].some((field) => field !== undefined)
}
