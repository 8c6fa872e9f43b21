/** The steps as third party, in the order in which they are taken; `docs/interop.md` has a row for each. */
export const stepNames = [
  'doctor',
  'user denies',
  'connect',
  'vend',
  'proxy',
  'forced refresh, three times',
  'server down during refresh',
  'server answers 503 during refresh',
  'answer of a refresh lost once',
  'refresh token used by somebody else',
  'user ends it at the server',
  'a code that is none',
  'expired code',
  'callback twice',
  'wrong redirect URI',
  'disconnect',
  'metadata: connect, vend, refresh, disconnect',
  'doctor, wrong client secret',
  'wrong client secret at connect',
  'wrong client secret at refresh',
] as const

export type StepName = (typeof stepNames)[number]
