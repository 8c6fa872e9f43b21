import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['lib', 'db', 'scripts', 'app', 'e2e', 'client', 'examples'].map(
      (folder) => `${folder}/**/*.test.ts`,
    ),
    globalSetup: ['db/testing/global-setup.ts'],
    setupFiles: ['db/testing/console.ts'],
    restoreMocks: true,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
