import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { previewProblem } from './preview-host.ts'

const folder = new URL('../.github/workflows/', import.meta.url)
const workflows = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(new URL(name, folder), 'utf8'),
}))

test('AU-17 each action is pinned by its commit, and says of which version that is', () => {
  const used = workflows.flatMap(({ text }) => [...text.matchAll(/^\s*-? *uses: (.*)$/gm)])
  expect(used.length).toBeGreaterThan(3)
  for (const [, action] of used)
    expect(action).toMatch(/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
})

test('AU-17 secrets are where the host has been looked at, and nowhere else', () => {
  for (const { name, text } of workflows)
    if (/\{ secrets\./.test(text)) {
      expect(name).toBe('preview.yml')
      const [before = '', after = ''] = text.split('scripts/preview-host.ts')
      expect(before).not.toMatch(/\{ secrets\./)
      expect(before).toContain("github.event.deployment.creator.login == 'vercel[bot]'")
      expect(before).toContain("github.event.deployment_status.creator.login == 'vercel[bot]'")
      expect(after).toMatch(/PREVIEW_HOSTS: \$\{\{ vars\.PREVIEW_HOSTS \}\}/)
      const [address] = after.match(/BASE_URL: .*/) ?? []
      expect(text.split(address ?? 'nothing')).toHaveLength(3)
      expect(text).not.toMatch(/continue-on-error|always\(\)|pull_request_target/)
    }
})

const PREVIEW_HOSTS = 'my-app-*-my-team.vercel.app, preview.example.com'

test.each(['https://my-app-1a2b-my-team.vercel.app', 'https://preview.example.com/'])(
  'AU-17 a preview of the team is looked at: %s',
  (BASE_URL) => expect(previewProblem({ BASE_URL, PREVIEW_HOSTS })).toBeUndefined(),
)

test.each([
  undefined,
  '',
  'https://evil.test',
  'https://evil.test/my-app-1a2b-my-team.vercel.app',
  'https://my-app-1a2b-other-team.vercel.app',
  'https://my-app-1a2b-my-team.vercel.app.evil.test',
  'https://my-app-1a2b-my-team.vercel.app@evil.test',
  'https://x@my-app-1a2b-my-team.vercel.app',
  'https://my-app-1a2b-my-team.vercel.app:8443',
  'http://my-app-1a2b-my-team.vercel.app',
  'https://my-app-1a2b-my-team.vercel.app/?x',
])('AU-17 no secret goes to %s', (BASE_URL) => {
  expect(previewProblem({ BASE_URL, PREVIEW_HOSTS })).toMatch('no host that PREVIEW_HOSTS names')
})

test('AU-17 without a pattern nothing is looked at', () => {
  for (const given of [undefined, '', ' , '])
    expect(previewProblem({ BASE_URL: 'https://my-app.vercel.app', PREVIEW_HOSTS: given })).toMatch(
      'PREVIEW_HOSTS of this repository is missing',
    )
  expect(() => previewProblem({ PREVIEW_HOSTS: '*.vercel.app' })).toThrow('text must stand before')
})
