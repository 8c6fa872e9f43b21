import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { envExample } from './generate-env.ts'
import { interopPage } from './generate-interop.ts'
import { performancePage } from './generate-performance.ts'
import { providersPage } from './generate-providers.ts'
import { securityPage, threatProblems } from './generate-security.ts'
import { openApi } from './openapi/document.ts'
import { root } from './run.ts'

/**
 * What is wrong with the generated files: those that differ from what they are made of, and threats
 * that have neither a test nor a reason.
 */
export async function staleFiles(): Promise<string[]> {
  const stale = Object.entries(await pages())
    .filter(([file, text]) => text !== read(file))
    .map(([file]) => `${file} is out of date: npm run docs:generate`)
  return [...stale, ...(await threatProblems())]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--check')) await generate()
  const problems = await staleFiles()
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length > 0 ? 1 : 0
}

async function generate(): Promise<void> {
  for (const [file, text] of Object.entries(await pages())) {
    if (text === read(file)) continue
    writeFileSync(join(root, file), text)
    console.log(`${file} is written`)
  }
}

async function pages(): Promise<Record<string, string>> {
  return {
    '.env.example': envExample(),
    'docs/security.md': await securityPage(),
    'docs/providers.md': await providersPage(),
    'docs/openapi.json': openApi(),
    'docs/performance.md': performancePage(),
    'docs/interop.md': interopPage(),
  }
}

function read(file: string): string {
  const path = join(root, file)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
