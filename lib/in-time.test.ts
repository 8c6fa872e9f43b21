import { expect, test } from 'vitest'
import { inTime } from './in-time.ts'

test('what is done in time is told, its failures too', async () => {
  expect(await inTime(Promise.resolve('done'), 1000)).toBe('done')
  await expect(inTime(Promise.reject(new Error('its own')), 1000)).rejects.toThrow('its own')
})

test('what takes longer is not waited for', async () => {
  const never = new Promise(() => {})
  await expect(inTime(never, 5)).rejects.toMatchObject({ code: 'temporarily_unavailable' })
})
