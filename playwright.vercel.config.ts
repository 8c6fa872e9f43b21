import { defineConfig } from 'playwright/test'

/** Builds as Vercel does, with its own command line, and looks at what comes of it. It needs no account. */
export default defineConfig({
  testDir: 'e2e/vercel',
  outputDir: 'test-results/vercel',
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  reporter: [['list']],
})
