import { test } from 'playwright/test'
import { type Setup, setup } from './setup.ts'

/** For what is about one set-up by its nature: counted, and listed with its reason, in all others. */
export function skipUnless(wanted: Partial<Setup>, why: string): void {
  const isMet = Object.entries(wanted).every(([key, value]) => setup[key as keyof Setup] === value)
  test.skip(!isMet, why)
}
