/** A redirect that is followed with GET, kept by nobody, and tells nobody where it came from. */
export function seeOther(location: string, cookies: string[] = []): Response {
  const headers = new Headers({ ...neverKept, location })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(null, { status: 303, headers })
}

/** Anything but GET: mail scanners and link checkers use up nothing, and begin nothing. */
export function refuseMethod(): Response {
  return new Response(null, { status: 405, headers: { ...neverKept, allow: 'GET' } })
}

const neverKept = {
  'cache-control': 'no-store',
  'cdn-cache-control': 'no-store',
  'vercel-cdn-cache-control': 'no-store',
  pragma: 'no-cache',
  'referrer-policy': 'no-referrer',
}
