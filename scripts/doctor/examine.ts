import { redirectUri } from '#lib/oauth/redirect-uri'
import { examineDatabase } from './database.ts'
import type { Finding } from './finding.ts'
import { examineIssuer } from './issuer.ts'
import { loginOf } from './login.ts'
import { implausible } from './plausible.ts'
import { examineProvider } from './providers.ts'
import { examineSettings } from './settings.ts'

export type Examination = {
  findings: Finding[]
  /** What must be registered elsewhere, and where. */
  register: { at: string; url: string }[]
}

/** Looks at everything that this deployment needs, as far as its settings can be read. */
export async function examine(given: Record<string, string | undefined>): Promise<Examination> {
  const { env, offered, areEntriesKnown, findings } = examineSettings()
  if (!env) return { findings, register: [] }
  const [base = ''] = env.APP_BASE_URL
  const login = loginOf(env)
  const found = await Promise.all([
    [...implausible(env, given, areEntriesKnown ? offered : undefined)],
    examineDatabase(env, { issuer: login.issuer, offered: offered.map(({ id }) => id) }),
    examineIssuer(login),
    ...offered.map((provider) => examineProvider(provider, base)),
  ])
  return {
    findings: [...findings, ...found.flat()],
    register: [
      { at: 'the login issuer (callback)', url: login.callback },
      { at: 'the login issuer (logout)', url: base },
      { at: 'the login issuer (back-channel logout)', url: login.backchannelLogout },
      ...offered.map(({ id, name }) => ({ at: name, url: redirectUri(base, id) })),
    ],
  }
}
