import { expect, test } from 'vitest'
import { GrantkeeperError } from './errors.ts'
import { oncePerProcess } from './process.ts'
import { logEvent } from './telemetry.ts'

const lines: unknown[] = []
oncePerProcess('logger', () => ({ warn: (line: unknown) => lines.push(line) }))

test('LK-01 of an error only names and system codes are logged, never what it says', () => {
  const system = Object.assign(new Error('insert … params: RT_cnry'), { code: 'SQLITE_BUSY' })
  const cause = new GrantkeeperError('storage_unavailable', {
    cause: new TypeError('token RT_cnry', { cause: system }),
  })
  logEvent('warn', 'event_not_recorded', { provider: 'acme', cause })
  expect(lines.pop()).toEqual({
    event: 'event_not_recorded',
    provider: 'acme',
    cause: ['GrantkeeperError storage_unavailable', 'TypeError', 'Error SQLITE_BUSY'],
  })
})

test('causes that go round, are no errors, or have no end are cut short', () => {
  const round = new Error('a')
  round.cause = round
  logEvent('warn', 'x', { cause: round })
  expect(lines.pop()).toMatchObject({ cause: Array.from({ length: 8 }, () => 'Error') })
  logEvent('warn', 'x', { cause: 'RT_cnry' })
  expect(lines.pop()).toEqual({ event: 'x', cause: [] })
})
