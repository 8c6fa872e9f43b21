import { afterAll, beforeAll, describe, test } from 'vitest'
import type { Issuer } from './issuer.ts'
import { issuers } from './issuers.ts'
import type { LoginStepName } from './login-step-names.ts'
import { openPorch, type Porch } from './porch.ts'
import * as login from './steps/login.ts'

/**
 * In this order: the first with an app that has not seen its issuer yet, a denial before a consent that is
 * remembered, and the last with another secret.
 */
const steps: Partial<Record<LoginStepName, (porch: Porch) => Promise<unknown>>> = {
  'issuer away from the start': login.awayFromTheStart,
  'user denies': login.userDenies,
  login: login.logIn,
  logout: login.logOut,
  'issuer down at login': login.downAtLogin,
  doctor: login.inGoodHealth,
  'doctor, wrong client secret': login.withWrongSecret,
  'doctor, wrong client id': login.withWrongClientId,
  'wrong client secret': login.wrongClientSecret,
}

const only = process.env.INTEROP_ONLY?.split(',')

const chosen = issuers.filter(({ id }) => !only || only.includes(id))

describe('login issuer', () => {
  for (const issuer of chosen) describe(issuer.id, () => walk(issuer))
  if (chosen.length === 0) test.skip('none of these was asked for')
})

function walk(issuer: Issuer): void {
  let porch: Porch
  beforeAll(async () => {
    porch = await openPorch(issuer)
  }, 120_000)
  afterAll(() => porch?.stop())
  for (const [name, step] of Object.entries(steps)) {
    const skip = issuer.cannot?.[name as LoginStepName] !== undefined
    test(name, { skip }, async ({ task }) => {
      const remark = await step(porch)
      if (typeof remark === 'string') task.meta.remark = remark
    })
  }
}
