import type { Settings } from './settings.ts'

/** The settings that give an app a wrong clock: see stand-in/clock-preload.ts. */
export function clockEnv({
  offsetMs,
  stepMs = 0,
}: {
  offsetMs: number
  stepMs?: number
}): Settings {
  const preload = new URL('./stand-in/clock-preload.ts', import.meta.url)
  return {
    NODE_OPTIONS: `--import ${preload.href} --no-warnings`,
    TEST_CLOCK_OFFSET_MS: String(offsetMs),
    TEST_CLOCK_STEP_MS: String(stepMs),
  }
}
