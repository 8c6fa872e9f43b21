import { expect, test } from 'vitest'
import { inFlight, isStopping, land } from './flights.ts'

/** A flight that ends when it is told to. */
function flight() {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let runs = 0
  const work = () => {
    runs += 1
    return promise
  }
  return { work, resolve, reject, runs: () => runs }
}

test('RF-01 TA-04 one flight a key; others join it, and another key has its own', async () => {
  const [one, other] = [flight(), flight()]
  const joined = [inFlight('a', one.work), inFlight('a', other.work), inFlight('b', other.work)]
  expect([one.runs(), other.runs()]).toEqual([1, 1])
  one.resolve()
  other.resolve()
  await Promise.all(joined)
})

test('one that failed is told to all who joined, and the next begins anew', async () => {
  const [bad, good] = [flight(), flight()]
  const joined = [inFlight('a', bad.work), inFlight('a', bad.work)]
  bad.reject(new Error('no'))
  for (const one of joined) await expect(one).rejects.toThrow('no')
  good.resolve()
  await inFlight('a', good.work)
  expect([bad.runs(), good.runs()]).toEqual([1, 1])
})

test('RF-06 whoever stops lets flights land, and begins none', async () => {
  const one = flight()
  let isStored = false
  const flying = inFlight('a', one.work).then(() => {
    isStored = true
  })
  const landed = land(5000).then(() => isStored)
  expect(isStopping()).toBe(true)
  await expect(inFlight('b', one.work)).rejects.toMatchObject({ code: 'temporarily_unavailable' })
  one.resolve()
  expect(await landed).toBe(true)
  await flying
})
