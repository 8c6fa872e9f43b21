import { test } from 'playwright/test'
import { allReports } from './all.ts'
import { type Running, startReports } from './running.ts'

const tried = allReports.filter((report) => 'walk' in report)
let running: Running

test.beforeAll(async () => {
  running = await startReports(tried)
})

test.afterAll(async () => {
  await running?.stop()
})

for (const report of tried)
  test(`report ${report.name}: ${report.sent}`, async () => {
    await report.walk(running.placeOf(report))
  })
