import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import nextPackage from 'next/package.json' with { type: 'json' }
import type { Page } from 'playwright/test'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = fileURLToPath(new URL('./floor', import.meta.url))
const stamp = `${folder}/.next/built-with`
const origin = 'http://floor.localhost'

/** Builds the empty app in `floor/` with our Next, unless that was done. About 15 seconds. */
export async function buildFloor(): Promise<void> {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === nextPackage.version) return
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [`${root}node_modules/next/dist/bin/next`, 'build'], {
    cwd: folder,
    env: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', PATH, HOME },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk
    })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`The empty app could not be built:\n${said}`)
  writeFileSync(stamp, nextPackage.version)
}

/** Opens its one page, which was made at build time: no server is needed. */
export async function openFloor(page: Page): Promise<void> {
  await page.route(`${origin}/**`, (route) => {
    const { pathname } = new URL(route.request().url())
    const isAsset = pathname.startsWith('/_next/')
    const path = isAsset ? pathname.replace('/_next/', '.next/') : '.next/server/app/index.html'
    return route.fulfill({ path: `${folder}/${path}` })
  })
  await page.goto(origin, { waitUntil: 'networkidle' })
}
