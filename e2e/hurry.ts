import type { Settings } from './settings.ts'

const hurry = `
for (const name of ['setInterval', 'setTimeout']) {
  const real = globalThis[name]
  const hurried = (work, ms, ...rest) => real(work, ms === 60_000 ? 300 : ms, ...rest)
  globalThis[name] = Object.assign(hurried, real)
}`

/** What the app does once a minute, it does three times a second. */
export function hurriedEnv(): Settings {
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(hurry)}` }
}
