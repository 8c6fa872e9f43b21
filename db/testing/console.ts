import { afterEach, beforeEach } from 'vitest'

// An unexpected console.error fails the test. One that expects it puts its own spy in this place.
const unexpected: unknown[][] = []

beforeEach(() => {
  unexpected.length = 0
  console.error = (...args) => void unexpected.push(args)
})

afterEach(() => {
  if (unexpected.length > 0) throw new Error(`Unexpected console.error: ${unexpected.join('\n')}`)
})
