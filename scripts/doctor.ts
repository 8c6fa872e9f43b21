import { parseArgs } from 'node:util'
import { examine } from './doctor/examine.ts'
import { report } from './doctor/report.ts'
import { readOwnSettings } from './own-settings.ts'

const usage = `Looks at everything that this deployment needs, and says what is wrong and how to mend it:
  npm run doctor [-- --json]

It ends with 1 where there is a fault. It changes nothing, but that an SQLite file is migrated, as the
start of the app does. To each provider and to the login
issuer it sends an authorization code that does not exist, and unless that is refused for the client's sake, the same
once more with a wrong secret: only where that one is refused does it say that ours is good. No token is sent.`

try {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) console.log(usage)
  else await main(values.json === true)
} catch (error) {
  const isTyped = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  console.error(isTyped ? `${(error as Error).message}\n\n${usage}` : error)
  process.exitCode = 1
}

async function main(isJson: boolean): Promise<void> {
  readOwnSettings()
  const examination = await examine(process.env)
  const { findings } = examination
  const isGood = findings.every(({ verdict }) => verdict !== 'fault')
  console.log(isJson ? JSON.stringify({ isGood, ...examination }, null, 2) : report(examination))
  process.exitCode = isGood ? 0 : 1
}
