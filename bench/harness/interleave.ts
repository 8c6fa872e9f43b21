import { cpuMsOf } from './cpu.ts'
import { type Load, load } from './load.ts'
import type { Served } from './serve.ts'

const leadInMs = 700

/** Something to be measured beside others. `once` does it for about so long. */
export type Candidate = {
  name: string
  once: (forMs: number) => Promise<Sample>
}

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
 * Measures all candidates in turns, so that what else the machine does meanwhile falls on all alike, and
 * takes the median of each over the rounds.
 * @throws {Error} where an answer was not as expected, or none came: nothing that fails is fast
 */
export async function interleave<Name extends string>(
  candidates: Record<Name, Candidate['once']>,
  { rounds, warmUpMs, roundMs }: Effort,
): Promise<Record<Name, Measured>> {
  const names = Object.keys(candidates) as Name[]
  const samples = new Map<Name, number[]>(names.map((name) => [name, []]))
  for (const name of names) await candidates[name](warmUpMs)
  for (let round = 0; round < rounds; round += 1)
    for (const name of names) {
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

/**
 * The load of one server, and what its process needed for it. The first of it is not counted: while others
 * have their turns, a process lets go of compiled code and of memory, and whoever waits longest would seem
 * the dearest.
 */
export function underLoad(
  server: Served,
  next: Load['next'],
  extraCpuMs = () => 0,
): Candidate['once'] {
  const counted = fromTheFirst(server, next, extraCpuMs)
  return async (forMs) => {
    await load(server.url, { next, forMs: leadInMs })
    return counted(forMs)
  }
}

/** As `underLoad`, with nothing left out: of a server that has just been at work. */
export function fromTheFirst(
  server: Served,
  next: Load['next'],
  extraCpuMs = () => 0,
): Candidate['once'] {
  return async (forMs) => {
    const cpuMs = () => cpuMsOf(server.pid) + extraCpuMs()
    const before = cpuMs()
    const { seconds: _, ...loaded } = await load(server.url, { next, forMs })
    return { ...loaded, cpuUs: (cpuMs() - before) * 1000 }
  }
}

export function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}
