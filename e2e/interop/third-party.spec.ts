import { afterAll, beforeAll, describe, test } from 'vitest'
import { connect, type Place, wrong } from './acts.ts'
import { parties } from './parties.ts'
import type { Party } from './party.ts'
import type { StepName } from './step-names.ts'
import * as connecting from './steps/connecting.ts'
import * as doctor from './steps/doctor.ts'
import * as ending from './steps/ending.ts'
import * as vending from './steps/vending.ts'
import { metadataId, secrets, startTown, type Town } from './town.ts'

/** A text that it returns is to be looked at, though nothing is wrong; a note is said of what is right. */
type Step = (place: Place) => Promise<unknown>

/** As long as the app's secrets are right. */
const steps: Partial<Record<StepName, Step>> = {
  doctor: doctor.inGoodHealth,
  'doctor, wrong client secret': doctor.withWrongSecret,
  'user denies': connecting.userDenies,
  connect: connecting.connectOnce,
  vend: vending.vendOnce,
  proxy: vending.proxyOnce,
  'forced refresh, three times': vending.threeRefreshes,
  'server down during refresh': vending.serverDown,
  'server answers 503 during refresh': vending.serverOverloaded,
  'answer of a refresh lost once': ending.lostAnswer,
  'refresh token used by somebody else': ending.usedBySomebodyElse,
  'user ends it at the server': ending.endedAtServer,
  'a code that is none': connecting.codeThatIsNone,
  'expired code': connecting.expiredCode,
  'callback twice': connecting.callbackTwice,
  'wrong redirect URI': connecting.wrongRedirectUri,
  disconnect: ending.disconnectOnce,
}

const only = process.env.INTEROP_ONLY?.split(',')
const chosen = parties.filter(({ id }) => !only || only.includes(id))

let town: Town
beforeAll(async () => {
  if (chosen.length > 0) town = await startTown(chosen)
}, 120_000)
afterAll(() => town?.stop())

describe.runIf(chosen.length > 0)('third party, with the right secrets', () => {
  if (chosen.length === 0) test('none of these was asked for', () => {})
  for (const party of chosen)
    describe.concurrent(party.id, () => {
      for (const [name, step] of Object.entries(steps)) take(party, name as StepName, step)
      const byMetadata = 'metadata: connect, vend, refresh, disconnect'
      if (party.metadata) take(party, byMetadata, ending.byMetadata, metadataId(party.id))
    })
})

const withSecrets = chosen.filter(({ cannot }) => !cannot?.['wrong client secret at refresh'])

describe.runIf(withSecrets.length > 0)('third party, with wrong secrets', () => {
  if (withSecrets.length === 0) test('none of these was asked for', () => {})
  beforeAll(async () => {
    for (const { id } of withSecrets) {
      const place = placeOf(id)
      for (const one of Object.values(place.people)) await connect(place, one)
    }
    await town.restart(secrets(town.stands, wrong))
  }, 60_000)
  for (const party of withSecrets)
    describe(party.id, () => {
      take(party, 'wrong client secret at connect', connecting.wrongSecretAtConnect)
      take(party, 'wrong client secret at refresh', ending.refreshWithWrongSecret)
    })
})

describe.runIf(withSecrets.length > 0)('third party, with the right ones again', () => {
  if (withSecrets.length === 0) test('none of these was asked for', () => {})
  beforeAll(() => town.restart(secrets(town.stands)), 60_000)
  for (const party of withSecrets)
    describe(party.id, () => {
      take(party, 'wrong client secret at refresh', ending.refreshWithRightSecret)
    })
})

function take(party: Party, name: StepName, step: Step, provider = party.id): void {
  const options = { concurrent: false, skip: party.cannot?.[name] !== undefined }
  test(name, options, async ({ task }) => {
    const remark = await step(placeOf(party.id, provider))
    if (typeof remark === 'string') task.meta.remark = remark
    if (isNote(remark)) task.meta.note = remark.note
  })
}

function isNote(value: unknown): value is { note: string } {
  return typeof value === 'object' && value !== null && 'note' in value
}

function placeOf(id: string, provider = id): Place {
  const stand = town.stands.find(({ party }) => party.id === id)
  if (!stand) throw new Error(`${id} was not started`)
  return { ...stand, town, provider }
}

declare module 'vitest' {
  interface TaskMeta {
    remark?: string
    note?: string
  }
}
