import type { NextConfig } from 'next'
import { everywhere, ofApi } from './app/api/response-headers.ts'

const config: NextConfig = {
  // Vercel makes functions of it; everywhere else it can run from a folder of its own (scripts/standalone.ts).
  ...(process.env.VERCEL ? {} : { output: 'standalone' as const }),
  // Or it would look for the root of a monorepo above, and put that path into the folder.
  outputFileTracingRoot: import.meta.dirname,
  // Nothing is written where the app runs: that may be read-only.
  experimental: { isrFlushToDisk: false },
  poweredByHeader: false,
  typedRoutes: false,
  // Next's own redirect is a 308 that anybody may keep, with the code of a callback in its Location.
  skipTrailingSlashRedirect: true,
  serverExternalPackages: ['better-sqlite3', 'pg', 'undici', 'pino'],
  devIndicators: false,
  headers: async () => [
    {
      source: '/:path*',
      headers: listed(everywhere),
    },
    { source: '/((?!api/).*)', headers: [{ key: 'Referrer-Policy', value: 'same-origin' }] },
    {
      source: '/api/:path*',
      headers: listed(ofApi),
    },
  ],
}

function listed(headers: Record<string, string>) {
  return Object.entries(headers).map(([key, value]) => ({ key, value }))
}

export default config
