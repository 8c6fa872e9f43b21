/**
 * The same response, under headers with which no browser or cache on the way runs, frames, embeds or
 * keeps what a third party sent from our origin.
 */
export function inert(response: Response): Response {
  for (const [name, value] of Object.entries(protection)) response.headers.set(name, value)
  return response
}

const protection = {
  'cache-control': 'no-store',
  'cdn-cache-control': 'no-store',
  'vercel-cdn-cache-control': 'no-store',
  vary: 'Cookie, Authorization, Origin',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
}
