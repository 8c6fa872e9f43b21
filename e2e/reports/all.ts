import { callbacks } from './callbacks.ts'
import { identitiesAndApis } from './identities-and-apis.ts'
import { lifetimes } from './lifetimes.ts'
import { logins } from './logins.ts'
import { refusedRefreshes } from './refused-refreshes.ts'
import type { Listed, Report } from './report.ts'
import { tokenAnswers } from './token-answers.ts'
import { wrappings } from './wrappings.ts'

/** Everything that others reported, and what becomes of it here. */
export const allReports: (Report | Listed)[] = [
  ...refusedRefreshes,
  ...tokenAnswers,
  ...lifetimes,
  ...wrappings,
  ...callbacks,
  ...identitiesAndApis,
  ...logins,
]
