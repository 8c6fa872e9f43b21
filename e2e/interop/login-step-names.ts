/** The steps as login issuer; `docs/interop.md` has a row for each. */
export const loginStepNames = [
  'doctor',
  'doctor, wrong client secret',
  'doctor, wrong client id',
  'login',
  'logout',
  'user denies',
  'issuer down at login',
  'issuer away from the start',
  'wrong client secret',
] as const

export type LoginStepName = (typeof loginStepNames)[number]
