import { expect } from 'vitest'
import { doctor, type Place } from '../acts.ts'

/** @returns what cannot be told, which is no fault */
export async function inGoodHealth({ town, provider }: Place): Promise<string | undefined> {
  const findings = (await doctorOnce(town)).filter(({ about }) => about === provider)
  expect(findings.filter(({ verdict }) => verdict === 'fault')).toEqual([])
  expect(findings.length).toBeGreaterThan(0)
  return findings.find(({ verdict }) => verdict === 'note')?.says
}

/** @returns the same; to be told that all is well is not right */
export async function withWrongSecret({ town, provider }: Place): Promise<string | undefined> {
  const findings = (await doctorOnce(town, true)).filter(({ about }) => about === provider)
  const isFound = findings.some(({ verdict }) => verdict === 'fault')
  const note = findings.find(({ verdict }) => verdict === 'note')?.says
  expect(isFound || note, JSON.stringify(findings)).toBeTruthy()
  return isFound ? undefined : note
}

const examined = new Map<boolean, ReturnType<typeof doctor>>()

/** It looks at all providers at once. */
function doctorOnce(town: Place['town'], isWrong = false): ReturnType<typeof doctor> {
  const found = examined.get(isWrong) ?? doctor(town, isWrong)
  examined.set(isWrong, found)
  return found
}
