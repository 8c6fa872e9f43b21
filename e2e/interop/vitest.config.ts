import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** `npm run test:interop`: needs `next build`, and what is in `servers/` installed. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    environment: 'node',
    include: ['e2e/interop/*.spec.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
