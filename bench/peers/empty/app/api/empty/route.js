export const dynamic = 'force-dynamic'

export function GET() {
  return Response.json({})
}

/** Reads a body, as every route does that is asked for something. */
export async function POST(request) {
  await request.json()
  return Response.json({})
}
