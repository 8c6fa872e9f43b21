import { defineConfig, devices, type Project } from 'playwright/test'
import { chromiumFlags, chromiumPath } from './e2e/chromium.ts'
import type { WorkerOptions } from './e2e/fixtures.ts'
import { setupName } from './e2e/setup.ts'

const executablePath = chromiumPath()

const everything = ['{attacks,fleet,reports}/**/*.spec.ts']

/** What depends on who logs users in: logins, the pages, and the ways through start and callback. */
const ofLogin = [
  'attacks/{oidc-login,backchannel-logout,session-trust,forged-headers}.spec.ts',
  'attacks/{accounts,authorization,callback,foreign,id-token,issuer,leakage,mix-up}*.spec.ts',
  'attacks/{parallel,postgres,provider,pushed,return,sealed,single,start,state}*.spec.ts',
  'attacks/{tickets,user-binding,disconnect,pause,enumeration}*.spec.ts',
]

/**
 * Attacks go over HTTP by hand, walks through a real browser. Both need `next build` first. `E2E_SETUP`
 * chooses what the apps run on (e2e/setup.ts).
 */
export default defineConfig<object, WorkerOptions>({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  globalSetup: './e2e/global-setup.ts',
  outputDir: 'test-results/e2e',
  workers: 2,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['line'], ['json', { outputFile: 'test-results/e2e.json' }]],
  projects: [
    { name: 'attacks', testMatch: setupName === 'oidc' ? ofLogin : everything },
    ...sampled(
      {
        name: 'attacks on Postgres',
        testMatch: 'attacks/{vend,proxy,pause}*.spec.ts',
        use: { database: 'postgres' },
      },
      {
        name: 'attacks with next-auth',
        testMatch: 'attacks/{backchannel-logout,return-login,start,user-binding}.spec.ts',
        use: { database: 'postgres', login: 'oidc' },
      },
    ),
    {
      name: 'attacks without our server',
      testMatch: 'attacks/vend*.spec.ts',
      use: { mouth: 'portable' },
    },
    {
      name: 'browser',
      testMatch: 'browser/**/*.spec.ts',
      use: {
        ...devices['Desktop Chrome'],
        ignoreHTTPSErrors: true,
        screenshot: 'only-on-failure',
        trace: 'retain-on-failure',
        launchOptions: { args: chromiumFlags(), ...(executablePath ? { executablePath } : {}) },
      },
    },
  ],
})

/** What everybody's run tries besides, of set-ups that another run is wholly for. */
function sampled(...projects: Project<object, WorkerOptions>[]): Project<object, WorkerOptions>[] {
  return setupName === 'sqlite' ? projects : []
}
