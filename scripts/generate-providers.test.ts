import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { catalogue } from '#lib/providers/catalogue'
import { fields } from '#lib/providers/schema'
import { providersPage } from './generate-providers.ts'

test('the page names every provider and every field', () => {
  const page = providersPage()
  for (const { id } of catalogue) expect(page).toContain(`| \`${id}\` |`)
  for (const field of Object.keys(fields)) expect(page).toContain(`| \`${field}\` |`)
})

test('docs/providers.md is up to date', () => {
  const file = new URL('../docs/providers.md', import.meta.url)
  expect(readFileSync(file, 'utf8')).toBe(providersPage())
})
