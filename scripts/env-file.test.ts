import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readEnvFile, setInEnvFile } from './env-file.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'grantkeeper-env-'))
  file = join(folder, '.env')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a set value takes the place of the old one, and all else stays as it is', () => {
  writeFileSync(file, '# mine\nKEY=old\nKEY_TWO=two\n')
  setInEnvFile(file, { KEY: 'new', PORT: '3000' })
  expect(readFileSync(file, 'utf8')).toBe('# mine\nKEY_TWO=two\nKEY=new\nPORT=3000\n')
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('a file that is not there is made', () => {
  setInEnvFile(file, { KEY: 'new' })
  expect(readEnvFile(file)).toEqual({ KEY: 'new' })
})
