export const dynamic = 'force-dynamic'

/** Alive: the process answers. It says nothing of what the process depends on. */
export function GET(): Response {
  return Response.json({ status: 'alive' }, { headers: { 'cache-control': 'no-store' } })
}
