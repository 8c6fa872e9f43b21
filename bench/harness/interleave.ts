import { cpuMsOf } from './cpu.ts'
import { type Load, load } from './load.ts'
import type { Served } from './serve.ts'

/** Something to be measured beside others, which is done for about so long. */
export type Candidate = (forMs: number) => Promise<Sample>

export type Sample = {
  count: number
  cpuUs: number
  failed?: number
  failures?: object
}

/** CPU time of one operation, in microseconds. */
export type Measured = { cpuUs: number }

export type Effort = {
  rounds: number
  warmUpMs: number
  roundMs: number
  /** For whoever works on it: less of everything, so the figures are rough. */
  isQuick: boolean
}

/**
 * Measures all candidates in turns, forwards and backwards, so that what else the machine does meanwhile
 * falls on all alike, and takes the median of each over the rounds.
 * @throws {Error} where an answer was not as expected, or none came: nothing that fails is fast
 */
export async function interleave<Name extends string>(
  candidates: Record<Name, Candidate>,
  { rounds, warmUpMs, roundMs }: Effort,
): Promise<Record<Name, Measured>> {
  const names = Object.keys(candidates) as Name[]
  const samples = new Map<Name, number[]>(names.map((name) => [name, []]))
  for (const name of names) await candidates[name](warmUpMs)
  for (let round = 0; round < rounds; round += 1)
    for (const name of round % 2 ? names.toReversed() : names) {
      const sample = await candidates[name](roundMs)
      if (sample.failed)
        throw new Error(`${name}: ${JSON.stringify(sample.failures)} of ${sample.count} failed`)
      if (sample.count === 0) throw new Error(`${name} was not done once`)
      samples.get(name)?.push(sample.cpuUs / sample.count)
    }
  return Object.fromEntries(
    names.map((name) => [name, { cpuUs: median(samples.get(name) ?? []) }]),
  ) as Record<Name, Measured>
}

type Loading = {
  /**
   * How long it is under load before anything is counted. While others have their turns, a process lets
   * go of compiled code and of memory, and whoever waits longest would seem the dearest.
   */
  leadInMs?: number
  /** Of another process besides, such as its database. */
  extraCpuMs?: () => number
}

/** The load of one server, and what its process needed for it. */
export function underLoad(
  server: Served,
  next: Load['next'],
  { leadInMs = 1_200, extraCpuMs = () => 0 }: Loading = {},
): Candidate {
  return async (forMs) => {
    if (leadInMs > 0) await load(server.url, { next, forMs: leadInMs })
    const cpuMs = () => cpuMsOf(server.pid) + extraCpuMs()
    const before = cpuMs()
    const loaded = await load(server.url, { next, forMs })
    return { ...loaded, cpuUs: (cpuMs() - before) * 1000 }
  }
}

/** Of an even number, the mean of the two in the middle. */
export function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  return (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2
}
