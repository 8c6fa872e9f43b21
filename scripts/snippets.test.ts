import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import own from '../package.json' with { type: 'json' }
import { unknownToCatalogue } from './snippets/catalogued.ts'
import { jsonProblems, settingProblems } from './snippets/data.ts'
import { pages, snippetsOf, textOf } from './snippets/read.ts'
import { typeProblems } from './snippets/types.ts'

const folder = mkdtempSync(join(tmpdir(), 'grantkeeper-snippets-'))
afterAll(() => rmSync(folder, { recursive: true }))

const all = pages().flatMap(snippetsOf)
const of = (...languages: string[]) => all.filter(({ language }) => languages.includes(language))

function toFile(text: string): string {
  const file = join(folder, 'providers.json')
  writeFileSync(file, text)
  return file
}

test('FC-03 every kind of snippet is looked at by something', () => {
  const here = ['ts', 'tsx', 'js', 'json', 'sh', '']
  // What follow:docs does, links that e2e/attacks/snippets.spec.ts visits, and pictures.
  const elsewhere = ['console', 'nginx', 'caddyfile', 'html', 'mermaid']
  expect(all.length).toBeGreaterThan(40)
  for (const { page, line, language } of all)
    expect([...here, ...elsewhere], `${page}:${line}`).toContain(language)
})

test('FC-03 TypeScript and JavaScript of the pages have types that fit', async () => {
  const code = of('ts', 'tsx', 'js')
  expect(code.length).toBeGreaterThan(8)
  expect(await typeProblems(code)).toBe('')
})

test('FC-03 JSON of the pages is read by the schema that it is for', () => {
  for (const { page, line, text } of of('json'))
    expect(jsonProblems(text, toFile), `${page}:${line}`).toEqual([])
})

test('FC-03 paths of the proxy and scopes, in snippets and in prose, are those of the catalogue', () => {
  for (const page of pages()) expect([...unknownToCatalogue(textOf(page))], page).toEqual([])
})

test('FC-03 commands of the pages are there, and settings too', () => {
  for (const page of pages()) {
    const names = [...textOf(page).matchAll(/npm run (?:-s )?([\w:-]*\w)/g)].map(([, name]) => name)
    for (const name of names) expect(Object.keys(own.scripts), page).toContain(name)
  }
  for (const { page, line, text } of of('', 'sh', 'console'))
    expect(settingProblems(text), `${page}:${line}`).toEqual([])
})

test('FC-03 what is wrong is found', async () => {
  const wrong = [
    'curl /api/integrations/spotify/proxy/v1/me',
    "await grantkeeper.fetch('spotify', 'v1/me/playlists')",
    "grantkeeper.connect('spotify', { popup: true, scope: 'playlists' })",
    '/api/integrations/google/start?return_to=/x&scope=https://www.googleapis.com/auth/drive',
  ]
  for (const text of wrong) expect([...unknownToCatalogue(text)], text).toHaveLength(1)
  expect(settingProblems('APP_BASE_URLS=x\nSPOTIFY_CLIENT_ID=y')).toEqual([
    'APP_BASE_URLS is no setting',
  ])
  for (const text of ['[{ "id": "acme" }]', '{ "x": 1 }', '{ "code": "paused", "status": 404 }'])
    expect(jsonProblems(text, toFile), text).not.toEqual([])
  const snippet = { page: 'README.md', line: 1, language: 'ts', marks: '' }
  expect(await typeProblems([{ ...snippet, text: 'const a: string = 1' }])).toContain('TS2322')
})
