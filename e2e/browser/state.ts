import type { Page } from 'playwright/test'
import type { Demo } from '../demo.ts'

/** A state that a page can be in. */
export type State = {
  name: string
  /** Makes it so. */
  arrange?: (place: { page: Page; demo: Demo }) => Promise<unknown>
  /** Where it is seen. */
  path: string
  /** What is done there. */
  act?: (page: Page) => Promise<unknown>
  /** By which it is known to be this state and no other. */
  shows: string | RegExp
}
