import type { LoginStepName } from './login-step-names.ts'

export type Issuer = {
  id: string
  packages: string[]
  docs: string
  cannot?: Partial<Record<LoginStepName, string>>
}

export const issuers: readonly Issuer[] = []
