import { defineConfig, devices } from 'playwright/test'
import { chromiumFlags, chromiumPath } from './e2e/chromium.ts'

/**
 * Looks at a deployment that runs already (docs/previews.md): BASE_URL says which. The pages of a seeded
 * user are looked at where PREVIEW_AUTH0_SECRET is set, and it is told where they are not.
 */
const { BASE_URL, PREVIEW_AUTH0_SECRET, TEST_WORKER_INDEX } = process.env
if (!BASE_URL)
  throw new Error('BASE_URL is missing: which deployment, as in BASE_URL=https://….vercel.app')
if (!PREVIEW_AUTH0_SECRET && TEST_WORKER_INDEX === undefined)
  console.warn('The pages of a seeded user are left out: PREVIEW_AUTH0_SECRET is not set.')

const executablePath = chromiumPath()

export default defineConfig({
  testDir: 'e2e/preview',
  outputDir: 'test-results/preview',
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  // The first request to a function that sleeps takes its time.
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    ...devices['Desktop Chrome'],
    baseURL: new URL(BASE_URL).origin,
    screenshot: 'only-on-failure',
    launchOptions: { args: chromiumFlags(), ...(executablePath ? { executablePath } : {}) },
  },
  projects: [
    { name: 'anybody', testMatch: 'anybody.spec.ts' },
    ...(PREVIEW_AUTH0_SECRET ? [{ name: 'seeded', testMatch: 'seeded.spec.ts' }] : []),
  ],
})
