import type { NextConfig } from 'next'
import { everywhere, ofApi } from './app/api/response-headers.ts'

// Next tells nobody that it is run: neither a build, nor a start, nor `next dev`, whatever the environment says.
process.env.NEXT_TELEMETRY_DISABLED = '1'

const isOnVercel = Boolean(process.env.VERCEL)

// Our own server sends it as its base URL says (server.ts). A deployment at Vercel always has https.
const onlyHttps: Record<string, string> = isOnVercel
  ? { 'strict-transport-security': 'max-age=31536000' }
  : {}

const config: NextConfig = {
  // Vercel makes functions of it; everywhere else it can run from a folder of its own (scripts/standalone.ts).
  ...(isOnVercel ? onVercel() : { output: 'standalone' as const }),
  // Or it would look for the root of a monorepo above, and put that path into the folder.
  outputFileTracingRoot: import.meta.dirname,
  experimental: {
    // Where the app runs may be read-only: all that is written there is what was compiled (start.mjs).
    isrFlushToDisk: false,
    // A server answers sooner where it loads a route as somebody first comes to it, not all at the start.
    preloadEntriesOnStart: false,
    // It keeps the body of a request to a page until it has come whole, whoever sends it: 10 MB by default.
    proxyClientMaxBodySize: '64kb',
    serverActions: { bodySizeLimit: '64kb' },
    // Else `next dev` and a build ask the registry of npm whether there is a newer Next.
    agentUpgrade: false,
  },
  // Not used, and without this open to anybody: `/_next/image` asks the app itself for any path.
  images: { unoptimized: true },
  poweredByHeader: false,
  typedRoutes: false,
  // Next's own redirect is a 308 that anybody may keep, with the code of a callback in its Location.
  skipTrailingSlashRedirect: true,
  serverExternalPackages: ['better-sqlite3', 'pg', 'undici', 'pino'],
  devIndicators: false,
  // One rule for each kind of path: Next tries them all, for every request.
  headers: async () => [
    {
      source: '/((?!api(?:/|$)).*)',
      headers: listed({ ...everywhere, ...onlyHttps, 'referrer-policy': 'same-origin' }),
    },
    { source: '/api/:path*', headers: listed({ ...everywhere, ...onlyHttps, ...ofApi }) },
    // Files, which need no policy; but what is missing there is answered with a page, past proxy.ts.
    { source: '/_next/:path*', headers: listed({ 'content-security-policy': nothing }) },
  ],
}

const nothing = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

function listed(headers: Record<string, string>) {
  return Object.entries(headers).map(([key, value]) => ({ key, value }))
}

export default config

/** Without SQLite, whose files do not last there, and with the file of providers in every function. */
function onVercel(): NextConfig {
  const { PROVIDERS_FILE } = process.env
  return {
    turbopack: { resolveAlias: { '#db/sqlite': './db/no-sqlite.ts' } },
    ...(PROVIDERS_FILE ? { outputFileTracingIncludes: { '/**': [PROVIDERS_FILE] } } : {}),
  }
}
