import type { Answer } from '../browser-client.ts'
import type { LoginStepName } from './login-step-names.ts'
import type { Needs, SetUp, UserDecision } from './party.ts'

/** An authorization server that nobody here wrote, as the issuer that logs the app's users in. */
export type Issuer = {
  /** Also the name of its set-up in `servers/`. */
  id: string
  /** Whose versions stand in `servers/package.json`. */
  packages: string[]
  /** The page by which its set-up was written. */
  docs: string
  /** The driver that it is for; Auth0's wants https. */
  driver: 'oidc' | 'auth0'
  /** Its name, as it stands in its metadata. */
  issuer: (url: string) => string
  /** What a person does there. The last answer leads to the callback. */
  decide: (decision: UserDecision) => Promise<Answer>
  /** A program of Debian, which may not be here. */
  needs?: Needs
  /** Where it is not `{id}.mjs`, by Node. */
  setUp?: SetUp
  /** Steps that this issuer cannot take, each with the reason. */
  cannot?: Partial<Record<LoginStepName, string>>
}
