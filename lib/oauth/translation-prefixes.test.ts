import { expect, test, vi } from 'vitest'
import { translationPrefixes } from './translation-prefixes.ts'

const translated = [{ address: '2001:67c:2b0::c000:aa', family: 6 }]

test('AU-24 the prefix is asked for once, late answers count, and nobody waits long for a silent server', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  let answer = (_: typeof translated) => {}
  const lookUp = vi.fn(
    () =>
      new Promise<typeof translated>((resolve) => {
        answer = resolve
      }),
  )
  const asked = [translationPrefixes(lookUp), translationPrefixes(lookUp)]
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await Promise.all(asked)).toEqual([[], []])
  expect(await translationPrefixes(lookUp)).toEqual([])
  expect(lookUp).toHaveBeenCalledTimes(1)
  answer(translated)
  await vi.advanceTimersByTimeAsync(1)
  expect(await translationPrefixes(lookUp)).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(3_599_000)
  expect(await translationPrefixes(lookUp)).toHaveLength(1)
  expect(lookUp).toHaveBeenCalledTimes(1)
  // The last one counts on while nobody answers.
  await vi.advanceTimersByTimeAsync(2_000)
  const again = translationPrefixes(lookUp)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await again).toHaveLength(1)
  expect(lookUp).toHaveBeenCalledTimes(2)
  vi.useRealTimers()
})
