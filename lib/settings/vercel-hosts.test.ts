import { expect, test } from 'vitest'
import { withVercelHosts } from './vercel-hosts.ts'

const hosts = {
  VERCEL_ENV: 'preview',
  VERCEL_URL: 'my-app-1a2b-my-team.vercel.app',
  VERCEL_BRANCH_URL: 'my-app-git-x-my-team.vercel.app',
}
const baseUrl = (given: Record<string, string>) => withVercelHosts(given).APP_BASE_URL

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

test('production is known by the domain that its project has, and by no host of one deployment', () => {
  const production = {
    ...hosts,
    VERCEL_ENV: 'production',
    VERCEL_PROJECT_PRODUCTION_URL: 'grants.example.com',
  }
  expect(baseUrl(production)).toBe('https://grants.example.com')
  expect(baseUrl({ ...production, APP_BASE_URL: 'https://app.test' })).toBe('https://app.test')
  expect(baseUrl({ ...production, VERCEL_ENV: 'preview' })).not.toContain('grants.example.com')
  expect(baseUrl({ ...production, VERCEL_ENV: 'development' })).toBeUndefined()
})
