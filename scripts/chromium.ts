import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright'
import { run } from './run.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/**
 * The path of a Chromium that Playwright can drive: the one of CHROMIUM_PATH, one that is installed,
 * or one that this installs, where that needs no question.
 * @throws a sentence for the person who runs the tests
 */
export async function findChromium(): Promise<string> {
  const given = process.env.CHROMIUM_PATH
  if (given && isProgram(given)) return given
  if (given) throw new Error(`CHROMIUM_PATH names no program: ${given}`)
  const found = installed() ?? (await fromPackageManager())
  if (found) return found
  throw new Error(
    'The browser tests need Chromium. Please install Chromium or Chrome (on Debian and Ubuntu: ' +
      'apt-get install chromium; anywhere: npx playwright install chromium), or set CHROMIUM_PATH.',
  )
}

function installed(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...paths, ...places, chromium.executablePath()].find(isProgram)
}

async function fromPackageManager(): Promise<string | undefined> {
  if (!existsSync('/usr/bin/apt-get')) return undefined
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  console.log('Installing Chromium (apt-get). This is done once …')
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await run([...asRoot, 'apt-get', 'update'], { env })
  await run([...asRoot, 'apt-get', 'install', '-y', '--no-install-recommends', 'chromium'], { env })
  return installed()
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
