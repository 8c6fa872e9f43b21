import nextEnv from '@next/env'
import { root } from './run.ts'

/**
 * Reads `.env.local` and its like into the environment, as the app itself does: for commands that work
 * on the app's own database. What the shell sets has precedence.
 */
export function readOwnSettings(): void {
  nextEnv.loadEnvConfig(root, false, { info: () => {}, error: console.error })
}
