import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from '../run.ts'
import type { Snippet } from './read.ts'

/** What each page takes for granted, and its reader has: named in its text. */
const given: Record<string, string> = {
  'client/README.md': `import type { Outcome } from '@grantkeeper/client'
declare global {
  const grantkeeper: import('@grantkeeper/client').Grantkeeper
  const id: string
  function show(message: string, returnTo: string | undefined): void
}`,
  'docs/api.md': `declare global {
  const auth0: import('@auth0/auth0-spa-js').Auth0Client
}`,
  'docs/calling-apis.md': 'declare global {\n  const token: string\n}',
  'docs/spa-backend-third-party.md': `declare global {
  const backend: string, provider: string, jobToken: string, thirdPartyApi: string
  function getAccessToken(): Promise<string>
}`,
}

/**
 * What TypeScript says of the code in these pages, page and line included. Plain JavaScript is read as such: what
 * it says nothing of may be anything.
 */
export async function typeProblems(snippets: readonly Snippet[]): Promise<string> {
  const isPlain = ({ language }: Snippet) => language === 'js'
  const both = [snippets.filter(isPlain), snippets.filter((one) => !isPlain(one))]
  const found = await Promise.all(
    both.map((some, index) => problemsOf(some, { strictNullChecks: index === 1 })),
  )
  return found.join('')
}

async function problemsOf(snippets: readonly Snippet[], more: object): Promise<string> {
  if (snippets.length === 0) return ''
  // Inside the project, where its packages are found.
  const folder = join(root, 'test-results', `snippets-${process.pid}-${snippets[0]?.language}`)
  mkdirSync(folder, { recursive: true })
  try {
    for (const snippet of snippets) {
      const ending = { ts: 'mts', tsx: 'tsx', js: 'mjs' }[snippet.language]
      const name = `${snippet.page.replaceAll(/\W/g, '-')}-${snippet.line}`
      writeFileSync(join(folder, `${name}.${ending}`), `${snippet.text}\nexport {}\n`)
    }
    for (const page of new Set(snippets.map((snippet) => snippet.page)))
      if (given[page])
        writeFileSync(
          join(folder, `${page.replaceAll(/\W/g, '-')}-given.d.mts`),
          `${given[page]}\nexport {}\n`,
        )
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(configWith(more)))
    const { code, output } = await run(['tsc', '-p', folder, '--pretty', 'false'])
    return code === 0 ? '' : output
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const configWith = (more: object) => ({
  compilerOptions: {
    ...{ target: 'ES2022', lib: ['dom', 'dom.iterable', 'ES2023'], module: 'esnext' },
    ...{ moduleResolution: 'bundler', jsx: 'react-jsx', noEmit: true, skipLibCheck: true },
    ...{ strict: true, noImplicitAny: false, allowJs: true, checkJs: true },
    ...{ allowImportingTsExtensions: true, types: ['node'] },
    ...more,
    paths: {
      '@grantkeeper/client': ['../../client/index.ts'],
      '@grantkeeper/client/react': ['../../client/react.ts'],
    },
  },
  include: ['*.mts', '*.mjs', '*.tsx'],
})
