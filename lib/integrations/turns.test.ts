import { expect, test } from 'vitest'
import type { User } from '#lib/session'
import { takeTurn } from './turns.ts'

const user = (id: string) => ({ id }) as User
const refused = expect.objectContaining({ code: 'rate_limited', retryAfterS: 1 })

test('PX-12 a user has 64 calls open at most, and others are not kept waiting', () => {
  const turns = Array.from({ length: 64 }, () => takeTurn(user('alice')))
  expect(() => takeTurn(user('alice'))).toThrow(refused)
  takeTurn(user('bob'))()
  const [first, ...others] = turns
  first?.()
  first?.()
  const again = takeTurn(user('alice'))
  expect(() => takeTurn(user('alice'))).toThrow(refused)
  for (const giveBack of [again, ...others]) giveBack()
  takeTurn(user('alice'))()
})
