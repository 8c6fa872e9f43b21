import type { DatabaseKind } from './databases.ts'

/** What the worlds of a run are made of, unless their test is about something else. */
export type Setup = {
  database: DatabaseKind
  /** Who logs users in. */
  login: LoginKind
  /** The standalone build in a folder of its own, behind a reverse proxy at https://localhost. */
  isDeployed: boolean
}

/** As LOGIN_DRIVER has it. */
export type LoginKind = 'auth0' | 'oidc'

export type SetupName = keyof typeof setups

export const setups = {
  sqlite: { database: 'sqlite', login: 'auth0', isDeployed: false },
  postgres: { database: 'postgres', login: 'auth0', isDeployed: false },
  oidc: { database: 'postgres', login: 'oidc', isDeployed: false },
  https: { database: 'sqlite', login: 'auth0', isDeployed: true },
} as const satisfies Record<string, Setup>

/** The one that this run is for: `E2E_SETUP`, or what everybody runs. */
export const setupName: SetupName = nameOf(process.env.E2E_SETUP || 'sqlite')
export const setup: Setup = setups[setupName]

function nameOf(name: string): SetupName {
  if (Object.hasOwn(setups, name)) return name as SetupName
  throw new Error(`E2E_SETUP is ${name}; choose from ${Object.keys(setups).join(', ')}`)
}
