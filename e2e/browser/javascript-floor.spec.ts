import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright/test'
import { expect, test } from '../browser-fixtures.ts'
import { buildFloor, openFloor } from '../floor.ts'
import { seedGrant } from '../seed.ts'

test('the integrations page loads at most 1.05 of the JavaScript of an empty page', async ({
  page,
  context,
  demo,
}) => {
  test.setTimeout(240_000)
  await buildFloor()
  await seedGrant(demo.rows)
  const floor = await javaScriptOf(await context.newPage(), openFloor)
  const ours = await javaScriptOf(page, (tab) =>
    tab.goto('/integrations?integration=acme&status=connected', { waitUntil: 'networkidle' }),
  )
  console.log(
    `JavaScript, gzip: ${ours} bytes, an empty page ${floor}: ${(ours / floor).toFixed(3)}`,
  )
  expect(floor, 'the empty page was measured').toBeGreaterThan(50_000)
  expect(ours).toBeLessThanOrEqual(floor * 1.05)
})

/** What a page loads as scripts, in bytes as gzip makes them. */
async function javaScriptOf(page: Page, open: (page: Page) => Promise<unknown>): Promise<number> {
  const bodies: Promise<Buffer>[] = []
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') bodies.push(response.body())
  })
  await open(page)
  const scripts = await Promise.all(bodies)
  return scripts.reduce((sum, script) => sum + gzipSync(script, { level: 9 }).length, 0)
}
