import { join } from 'node:path'

// Its Next is the project's own. Without this file, the project's settings would be taken too.
const root = join(import.meta.dirname, '../../..')

export default {
  outputFileTracingRoot: root,
  turbopack: { root },
  serverExternalPackages: ['better-sqlite3'],
  poweredByHeader: false,
}
