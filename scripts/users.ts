import { parseArgs } from 'node:util'
import { database } from '#db'
import { SettingsError } from '#lib/env'
import { codeOf, GrantkeeperError } from '#lib/errors'
import {
  disable,
  disconnectAll,
  type Ended,
  enable,
  type KnownUser,
  usersOf,
} from '#lib/integrations/switch-off'
import { loginIssuer } from '#lib/login/issuer'
import { readOwnSettings } from './own-settings.ts'

/** A command that cannot be meant so. Its message is for the person who gave it. */
class Mistake extends Error {}

const usage = `Switches users off and on (docs/operating.md):
  npm run users -- disable SUB [--realm login] [--org ORG] [--disconnect]
  npm run users -- enable  SUB [--realm login] [--org ORG]

SUB           the user as the login names them, such as 'auth0|65f0'
--realm       whose user: login, the login of this app (the only realm there is, and the default)
--org         the organization; --org "" is the user outside of any. Needed where SUB is known in several
--disconnect  also ends all that they have connected, and revokes it at the providers

disable ends every session, and from the next request on nothing of the user is given out: no page, no
token, no call to an API, on any instance. Only enable undoes it; the user then logs in again.`

const outcomes: Record<Ended['outcome'], string> = {
  revoked: 'disconnected, and revoked there',
  unsupported: 'disconnected; it could not be revoked there by us',
  failed: 'disconnected; revoking it there is tried for a day',
  unfinished: 'still connected',
}

const commands = { disable: turnOff, enable: turnOn }

readOwnSettings()
try {
  await main()
} catch (error) {
  console.error(sentence(error))
  process.exitCode = 1
}

async function main(): Promise<void> {
  const { positionals, values } = options()
  if (values.help) return console.log(usage)
  const [name = '', sub = '', ...rest] = positionals
  if ((name !== 'disable' && name !== 'enable') || !sub || rest.length > 0) throw new Mistake(usage)
  if (values.realm !== 'login')
    throw new Mistake(`There is no realm "${values.realm}": the only one is login.`)
  if (values.disconnect && name === 'enable')
    throw new Mistake('--disconnect belongs to disable: enable brings nothing back.')
  try {
    const user = await find(sub, values.org)
    await commands[name](user, values.disconnect)
  } finally {
    // A pool that stays open would keep this process from its end.
    await (await database()).close()
  }
}

function options() {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        ...{ realm: { ...text, default: 'login' }, org: text },
        disconnect: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new Mistake(`${(error as Error).message}\n\n${usage}`)
  }
}

async function find(sub: string, org: string | undefined): Promise<KnownUser> {
  const issuer = loginIssuer()
  const known = await usersOf(issuer, sub)
  const meant = org === undefined ? known : known.filter((user) => user.org === org)
  const [user, ...others] = meant
  if (user && others.length === 0) return user
  if (!user) {
    const where = org ? ` in ${org}` : ''
    const elsewhere = known.length > 0 ? ` That user is known ${list(known)}.` : ''
    throw new Mistake(
      `Nobody is known as ${sub} at ${issuer}${where}.${elsewhere} Users are known once they have logged in here; the login alone can keep others out.`,
    )
  }
  throw new Mistake(
    `${sub} is known ${list(known)}. Say which is meant: --org ORG, or --org "" for the user outside of any.`,
  )
}

function list(users: KnownUser[]): string {
  return users.map(({ org }) => (org ? `in ${org}` : 'outside of any organization')).join(', and ')
}

async function turnOff(user: KnownUser, isToDisconnect: boolean): Promise<void> {
  const isNew = await disable(user)
  console.log(
    isNew
      ? `${named(user)} is switched off: sessions have ended, and nothing is given out.`
      : `${named(user)} was switched off before, and stays so. Sessions have ended.`,
  )
  if (!isToDisconnect) return
  const ended = await disconnectAll(user)
  console.log(ended.length === 0 ? 'Nothing was connected.' : ended.map(line).join('\n'))
  if (ended.some(({ outcome }) => outcome === 'unfinished'))
    throw new Mistake('Not all could be disconnected: give the same command again.')
}

async function turnOn(user: KnownUser): Promise<void> {
  const isNew = await enable(user)
  console.log(
    isNew
      ? `${named(user)} is switched on, and can log in again.`
      : `${named(user)} was not switched off.`,
  )
}

function line({ provider, account, outcome }: Ended): string {
  return `  ${provider}  ${account || '(no account)'}  ${outcomes[outcome]}`
}

function named({ sub, org }: KnownUser): string {
  return org ? `${sub} in ${org}` : sub
}

function sentence(error: unknown): string {
  if (error instanceof Mistake || error instanceof SettingsError) return error.message
  if (codeOf(error) === 'credential_unreadable')
    return 'This row of a user was not written by the app: nothing of it was disconnected. docs/operating.md says more.'
  const cause = error instanceof GrantkeeperError ? error.cause : error
  return `The users are out of reach: ${cause instanceof Error ? cause.message || cause.name : 'for no stated reason'}`
}
