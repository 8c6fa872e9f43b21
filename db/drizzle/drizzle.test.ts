import { expect, test } from 'vitest'
import { columns } from '../postgres.ts'
import { defineTables } from '../schema.ts'
import * as postgres from './postgres.ts'
import * as sqlite from './sqlite.ts'

test('drizzle-kit is shown every table, or a new one would have no migration', () => {
  const all = Object.keys(defineTables(columns)).sort()
  for (const shown of [sqlite, postgres]) expect(Object.keys(shown).sort()).toEqual(all)
})
