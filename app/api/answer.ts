/** An answer of the JSON API as plain data, for whichever server sends it. Names of headers are lower-case. */
export type Answer = { status: number; headers: Record<string, string>; body: string }

/** The answer as a route of Next gives it. */
export function toResponse({ body, ...rest }: Answer): Response {
  return new Response(body, rest)
}

/** The same answer with headers besides. */
export function withHeaders(answer: Answer, more: Record<string, string>): Answer {
  return { ...answer, headers: { ...answer.headers, ...more } }
}
