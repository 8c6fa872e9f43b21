import { expect, test } from 'vitest'
import { withPreviewHosts } from './preview-hosts.ts'

const hosts = {
  VERCEL_ENV: 'preview',
  VERCEL_URL: 'my-app-1a2b-my-team.vercel.app',
  VERCEL_BRANCH_URL: 'my-app-git-x-my-team.vercel.app',
}
const baseUrl = (given: Record<string, string>) => withPreviewHosts(given).APP_BASE_URL

test('a preview is known by the hosts of its deployment and of its branch', () => {
  expect(baseUrl(hosts)).toBe(
    'https://my-app-1a2b-my-team.vercel.app,https://my-app-git-x-my-team.vercel.app',
  )
  expect(baseUrl({ ...hosts, VERCEL_BRANCH_URL: hosts.VERCEL_URL })).toBe(
    'https://my-app-1a2b-my-team.vercel.app',
  )
  expect(baseUrl({ VERCEL_ENV: 'preview', VERCEL_URL: 'a.vercel.app' })).toBe(
    'https://a.vercel.app',
  )
})

test('a base URL that is set stays, and one is made up nowhere but on a preview', () => {
  expect(baseUrl({ ...hosts, APP_BASE_URL: 'https://app.test' })).toBe('https://app.test')
  expect(baseUrl({ VERCEL_ENV: 'preview' })).toBeUndefined()
  for (const VERCEL_ENV of ['production', 'development', ''])
    expect(baseUrl({ ...hosts, VERCEL_ENV })).toBeUndefined()
})
