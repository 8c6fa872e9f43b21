import { type Env, env, SettingsError } from '#lib/env'
import { type OfferedProvider, offeredProviders } from '#lib/providers/provider'
import { settings } from '#lib/settings/table'
import { type Finding, fault, good } from './finding.ts'

type Read = {
  findings: Finding[]
  env?: Env
  offered: OfferedProvider[]
  /** False where the entries cannot be read: then nothing is known of any id. */
  areEntriesKnown: boolean
}

/** The settings, read as the start of the app reads them: what would stop it is a fault each. */
export function examineSettings(): Read {
  try {
    const own = env()
    const { length } = Object.keys(settings.shape)
    const findings = [good('Settings', `All ${length} can be read.`)]
    return { env: own, ...readProviders(findings) }
  } catch (error) {
    return { findings: faultsOf(error), offered: [], areEntriesKnown: false }
  }
}

function readProviders(findings: Finding[]): Omit<Read, 'env'> {
  try {
    const offered = offeredProviders()
    if (offered.length > 0) return { findings, offered, areEntriesKnown: true }
    const mend = 'Register a client at one (docs/providers.md), and set {ID}_CLIENT_ID and _SECRET.'
    findings.push(fault('Providers', 'None is offered: users can connect nothing', mend))
    return { findings, offered, areEntriesKnown: true }
  } catch (error) {
    return { findings: [...findings, ...faultsOf(error)], offered: [], areEntriesKnown: false }
  }
}

function faultsOf(error: unknown): Finding[] {
  if (!(error instanceof SettingsError)) throw error
  return error.problems.map((problem) => fault('Settings', problem, mendOf(problem)))
}

function mendOf(problem: string): string {
  const [name = ''] = problem.split(/[ :]/)
  const { description } = settings.shape[name as keyof typeof settings.shape] ?? {}
  return description ?? 'The app does not start until this is mended.'
}
