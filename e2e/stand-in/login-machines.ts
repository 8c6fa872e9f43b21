import { errors } from 'oidc-provider'

/** A machine-to-machine application, and what the tenant lets it have. */
export type Machine = {
  id: string
  secret: string
  /** The scopes it may ask for, and gets when it asks for none; `vend:*` covers every `vend:{provider}`. */
  scopes: readonly string[]
  /** The organizations that it may act for; the first unless it names another. None: outside of all. */
  organizations: readonly string[]
  /** How its tokens look: Auth0's own profile, or that of RFC 9068. */
  typ: 'JWT' | 'at+jwt'
}

/**
 * `jobs` may do everything, `reports` may vend nothing, `notes` only at Plain Notes, `orgJobs` acts for
 * an organization, and `unlisted` is as able as `jobs` but not one of the app's `M2M_CLIENTS`.
 */
export type MachineName = 'jobs' | 'reports' | 'notes' | 'orgJobs' | 'unlisted'

export function loginMachines(): Record<MachineName, Machine> {
  const all = ['vend:*', 'integrations:read', 'integrations:write']
  return {
    jobs: machine('grantkeeper-jobs', all, { typ: 'JWT' }),
    reports: machine('grantkeeper-reports', ['integrations:read']),
    notes: machine('grantkeeper-notes', ['vend:plain']),
    orgJobs: machine('grantkeeper-org-jobs', all, { organizations: ['org_1', 'org_2'] }),
    unlisted: machine('somebody-elses-jobs', all),
  }
}

function machine(id: string, scopes: string[], more: Partial<Machine> = {}): Machine {
  return { id, secret: crypto.randomUUID(), scopes, organizations: [], typ: 'at+jwt', ...more }
}

/**
 * The scopes of a machine's token: what it asked for, or all that it may have.
 * @throws {errors.OIDCProviderError} `access_denied`, as Auth0 answers, where it asks for more
 */
export function machineScope({ scopes }: Machine, asked: string | undefined): string {
  if (!asked) return scopes.join(' ')
  const missing = asked
    .split(' ')
    .filter((scope) => !scopes.includes(scope) && !(isVend(scope) && scopes.includes('vend:*')))
  if (missing.length === 0) return asked
  throw denied(`Client has not been granted scopes: ${missing.join(', ')}`)
}

/**
 * The organization that a machine's token is for.
 * @throws {errors.OIDCProviderError} `access_denied` where it may not act for it
 */
export function machineOrganization(
  { organizations }: Machine,
  asked: string | undefined,
): string | undefined {
  if (!asked) return organizations[0]
  if (organizations.includes(asked)) return asked
  throw denied('Client is not allowed to act for this organization')
}

function denied(description: string): errors.OIDCProviderError {
  return new errors.AccessDenied(description, description)
}

function isVend(scope: string): boolean {
  return scope.startsWith('vend:')
}
