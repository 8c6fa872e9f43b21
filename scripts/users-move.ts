import { parseArgs } from 'node:util'
import { database } from '#db'
import { env, SettingsError } from '#lib/env'
import { codeOf, type ErrorCode, GrantkeeperError } from '#lib/errors'
import { type Login, moveGrants, type Plan, planMove } from '#lib/integrations/move'
import { auth0Issuer, loginIssuer } from '#lib/login/issuer'
import { readOwnSettings } from './own-settings.ts'

/** A command that cannot be meant so. Its message is for the person who gave it. */
class Mistake extends Error {}

const usage = `Carries a user's grants to another login of the same person (linked accounts, a new custom domain):
  npm run users:move -- --from-sub SUB --to-sub SUB [--from-issuer URL] [--to-issuer URL] [--org ORG] [--yes]

--from-issuer, --to-issuer  default: the login issuer of the settings
--org                       the organization of both, where the issuer has those
--yes                       does it; without it, it only says what it would do

What has been disconnected, and the activity until now, stay with the old login. Jobs name the new one
from then on; the grants keep their ids.`

readOwnSettings()
try {
  await main(read())
} catch (error) {
  console.error(sentence(error))
  process.exitCode = 1
}

type Wish = { from: Login; to: Login; isMeant: boolean }

function read(): Wish {
  const values = options()
  const { org = '', 'from-sub': fromSub = '', 'to-sub': toSub = '' } = values
  const from = { issuer: issuerOf(values['from-issuer']), sub: fromSub, org }
  const to = { issuer: issuerOf(values['to-issuer']), sub: toSub, org }
  if (!from.sub || !to.sub) throw new Mistake(usage)
  if (from.issuer === to.issuer && from.sub === to.sub)
    throw new Mistake('Both are the same login: there is nothing to move.')
  return { from, to, isMeant: values.yes }
}

/** As the login names it, however it was typed: under another spelling nobody would find the grants. */
function issuerOf(given: string | undefined): string {
  if (given === undefined) return loginIssuer()
  return env().LOGIN_DRIVER === 'oidc' ? given : auth0Issuer(given)
}

function options() {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      options: {
        ...{ 'from-sub': text, 'to-sub': text, 'from-issuer': text, 'to-issuer': text, org: text },
        yes: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw new Mistake(`${(error as Error).message}\n\n${usage}`)
  }
}

async function main(wish: Wish): Promise<void> {
  try {
    const plan = await planMove(wish.from, wish.to)
    if (!plan) throw new Mistake(`Nobody is known as ${named(wish.from)}. Mind issuer and --org.`)
    refuse(plan)
    console.log(told(plan, wish))
    if (plan.grants.length === 0 || !wish.isMeant) return
    await moveGrants(plan, wish.to)
    console.log(`Moved. Jobs name the user "${wish.to.sub}" from now on.`)
  } finally {
    // A pool that stays open would keep this process from its end.
    await (await database()).close()
  }
}

function refuse({ isSwitchedOff, grants }: Plan): void {
  if (isSwitchedOff)
    throw new Mistake('One of the two is switched off: nothing is moved from or to such a user.')
  const clashes = grants.filter(({ isClash }) => isClash).map(line)
  if (clashes.length > 0)
    throw new Mistake(
      `Both logins have connected the same account. One of the two must be disconnected first:\n${clashes.join('\n')}`,
    )
}

function told({ to, grants }: Plan, { from, to: login, isMeant }: Wish): string {
  if (grants.length === 0) return `${named(from)} has nothing connected: there is nothing to move.`
  return [
    `From ${named(from)}`,
    `to ${named(login)}${to === undefined ? ', who has not been here yet' : ''}:`,
    ...grants.map(line),
    ...(isMeant ? [] : ['Nothing has been moved. The same command with --yes does it.']),
  ].join('\n')
}

function line({ provider, account, status, id }: Plan['grants'][number]): string {
  return `  ${provider}  ${account || '(no account)'}  ${status}  ${id}`
}

function named({ issuer, sub, org }: Login): string {
  return `${sub} at ${issuer}${org ? ` in ${org}` : ''}`
}

const because: Partial<Record<ErrorCode, string>> = {
  account_mismatch: 'one of the grants has just been changed: look again',
  credential_unreadable:
    'a stored token cannot be opened, or a row of a user was changed in the database; npm run doctor says more',
  temporarily_unavailable: 'a grant is being refreshed: try again',
}

function sentence(error: unknown): string {
  if (error instanceof Mistake || error instanceof SettingsError) return error.message
  const reason = because[codeOf(error)]
  if (reason) return `Not all has been moved: ${reason}.`
  const cause = error instanceof GrantkeeperError ? error.cause : error
  return `The grants are out of reach: ${cause instanceof Error ? cause.message || cause.name : 'for no stated reason'}`
}
