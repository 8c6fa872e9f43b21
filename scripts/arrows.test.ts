import { expect, test } from 'vitest'
import { complaints } from './arrows.ts'

const complain = (file: string, text: string) => complaints([{ file, text }])

test('a route may call a verb, and may not reach below it', () => {
  const file = 'app/api/integrations/[provider]/callback/route.ts'
  expect(complain(file, "import { finish } from '#lib/integrations/finish'")).toEqual([])
  expect(complain(file, "import { take } from '#lib/oauth/transaction'")).toEqual([])
  expect(complain(file, "import { open } from '#lib/vault'")).toEqual([
    `${file} may not import lib/vault.ts`,
  ])
  expect(complain('app/page.tsx', "import { database } from '#db'")).toHaveLength(1)
})

test('the protocol knows no table and no user', () => {
  const wrong = `
    import { database } from '#db'
    import {
      type User,
      requireUser,
    } from '../session.ts'
    export { list } from '#lib/integrations/list'
    const late = await import('#lib/audit')`
  expect(complain('lib/oauth/token.ts', wrong)).toHaveLength(4)
})

test('types may be named where values may not be imported', () => {
  const file = 'lib/integrations/list.ts'
  expect(complain(file, "import type { User } from '#lib/session'")).toEqual([])
  expect(complain(file, "import { type User } from '#lib/session'")).toEqual([])
  expect(complain(file, "import { requireUser } from '#lib/session'")).toHaveLength(1)
})

test('lib/vault is not lib/vault-canary', () => {
  expect(complain('lib/vault-canary.ts', "import { database } from '#db'")).toEqual([])
  expect(complain('lib/vault.ts', "import { database } from '#db'")).toHaveLength(1)
})

test('who a caller is, is found by the login and by keys, and only keys know the tables', () => {
  const wants = "import { findKey } from '#lib/api-keys'\nimport { database } from '#db'"
  expect(complain('lib/callers.ts', wants)).toEqual(['lib/callers.ts may not import db/index.ts'])
  expect(complain('lib/api-keys.ts', "import { database } from '#db'")).toEqual([])
  expect(complain('lib/integrations/vend.ts', wants)).toEqual([
    'lib/integrations/vend.ts may not import lib/api-keys.ts',
  ])
})

test('packages belong to those who are there for them', () => {
  expect(complain('lib/oauth/token.ts', "import * as oauth from 'oauth4webapi'")).toEqual([])
  expect(complain('app/page.tsx', "import { eq } from 'drizzle-orm'")).toHaveLength(1)
  expect(complain('lib/vault.ts', "import { eq } from 'drizzle-orm/sqlite-core'")).toHaveLength(1)
  expect(complain('lib/oauth/outbound.ts', "import axios from 'axios'")).toHaveLength(1)
  expect(complain('db/sqlite.ts', "import Database from 'better-sqlite3'")).toEqual([])
})

test('only lib/env.ts reads process.env', () => {
  expect(complain('lib/env.ts', 'const all = process.env')).toEqual([])
  expect(complain('lib/vault.ts', 'const key = process.env.VAULT_KEYS')).toHaveLength(1)
  expect(complain('lib/vault.ts', '// never process.env here')).toEqual([])
  expect(complain('instrumentation.ts', "if (process.env.NEXT_RUNTIME === 'nodejs') {}")).toEqual(
    [],
  )
})

test('CR-13 nothing of lib or db is sent to the browser, not even over another file', () => {
  const found = complaints([
    { file: 'app/ui/menu.tsx', text: "'use client'\nimport { label } from './label.ts'" },
    { file: 'app/ui/label.ts', text: "import { codeOf } from '#lib/errors'" },
  ])
  expect(found).toEqual(['app/ui/label.ts is sent to the browser and imports lib/errors.ts'])
})

test('a server action may be called from the browser, and stays on the server', () => {
  const found = complaints([
    { file: 'app/ui/menu.tsx', text: "'use client'\nimport { act } from './actions.ts'" },
    { file: 'app/ui/actions.ts', text: "'use server'\nimport { codeOf } from '#lib/errors'" },
  ])
  expect(found).toEqual([])
})
