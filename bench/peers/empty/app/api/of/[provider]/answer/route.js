export const dynamic = 'force-dynamic'

/**
 * As far as a route can be from an empty one without doing anything: with a parameter in its path, which Next
 * takes apart anew for each request, it reads a body, and sends as much as a token is sent with.
 */
export async function POST(request) {
  await request.arrayBuffer()
  return new Response(body, { headers })
}

const body = JSON.stringify({
  access_token: `AT.${'a'.repeat(40)}`,
  token_type: 'Bearer',
  expires_in: 3599,
  scope: 'profile files.read',
  grant: '00000000-0000-4000-8000-000000000000',
  account: { id: 'account0', label: 'Ada Lovelace' },
})

const headers = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  pragma: 'no-cache',
  'ratelimit-policy': '"token";q=60000;w=60',
  ratelimit: '"token";r=59999;t=60',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
}
