import { chmodSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openDatabase } from '#db'
import { freshFile } from '#db/testing/dialects'
import { settingsOf } from '#lib/testing/settings'
import { run } from './run.ts'

test('AU-13 a restored file that others may read is taken away from them, and that is said', async () => {
  const { url, remove } = freshFile()
  const file = url.slice('file:'.length)
  await (await openDatabase(url, { migrate: true })).close()
  const env = settingsOf({ DATABASE_URL: url, __NEXT_PROCESSED_ENV: 'true' })
  const restored = () => run(['node', 'scripts/db-restored.ts'], { env })
  for (const [mode, isSaid] of [
    [0o644, true],
    [0o600, false],
  ] as const) {
    chmodSync(file, mode)
    const { code, output } = await restored()
    expect(code, output).toBe(0)
    expect(output.includes(`${file} could be read by other users`)).toBe(isSaid)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  }
  remove()
})
