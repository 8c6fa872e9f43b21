import { existsSync } from 'node:fs'

/**
 * The Chromium to test with: `CHROMIUM_PATH`, or where systems put it. Undefined means Playwright's
 * own, where that is installed.
 */
export function chromiumPath(): string | undefined {
  return [process.env.CHROMIUM_PATH, ...usualPlaces].find((path) => path && existsSync(path))
}

/** Quiet: no updates, no calls home. As root Chromium's sandbox cannot start. */
export function chromiumFlags(): string[] {
  const isRoot = process.getuid?.() === 0
  return [
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    ...(isRoot ? ['--no-sandbox'] : []),
  ]
}

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]
