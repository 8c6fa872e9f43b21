import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { playwrightCount, skippedBecause, vitestCount } from './test-counts.ts'

const folder = mkdtempSync(join(tmpdir(), 'grantkeeper-counts-'))
afterAll(() => rmSync(folder, { recursive: true }))

function report(content: object): string {
  const file = join(folder, 'report.json')
  writeFileSync(file, JSON.stringify(content))
  return file
}
const unit = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0 }
const stats = { expected: 2, unexpected: 0, flaky: 1, skipped: 0 }

test('passed, failed and skipped are what the reports say', () => {
  expect(vitestCount(report({ ...unit, testResults: [] }), 0)).toEqual({
    passed: 3,
    failed: 0,
    skipped: 1,
  })
  expect(playwrightCount(report({ stats, errors: [] }), 0)).toMatchObject({ passed: 3, failed: 0 })
})

test('a file that cannot be loaded has failed', () => {
  const testResults = [{ status: 'failed', assertionResults: [] }]
  expect(vitestCount(report({ ...unit, testResults }), 1).failed).toBe(1)
})

test('a runner that ended badly, ran nothing or wrote nothing has failed', () => {
  expect(vitestCount(report({ ...unit, testResults: [] }), 1).failed).toBe(1)
  const none = { expected: 0, unexpected: 0, flaky: 0, skipped: 0 }
  expect(playwrightCount(report({ stats: none, errors: [] }), 0).failed).toBe(1)
  expect(playwrightCount(join(folder, 'missing.json'), 0).failed).toBe(1)
})

test('what was skipped is told with its reason, however deep it stands', () => {
  const skip = { type: 'skip', description: 'There is no moon.' }
  const specs = [
    { title: 'bites', tests: [{ status: 'skipped', annotations: [skip] }] },
    { title: 'barks', tests: [{ status: 'expected', annotations: [] }] },
    { title: 'sleeps', tests: [{ status: 'skipped', annotations: [] }] },
  ]
  const file = report({ stats, errors: [], suites: [{ suites: [{ specs }] }] })
  expect(skippedBecause(file)).toEqual(['bites (There is no moon.)', 'sleeps (without a reason)'])
  expect(skippedBecause(join(folder, 'missing.json'))).toEqual([])
})
