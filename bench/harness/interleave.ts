import { cpuMsOf } from './cpu.ts'
import { type Load, load } from './load.ts'
import type { Served } from './serve.ts'

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
  p50?: number
  p99?: number
}

export type Measured = { cpuUs: number; p50: number; p99: number; perSecond: number }

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
 * @throws {Error} where an answer was not as expected: nothing that fails is fast
 */
export async function interleave<Name extends string>(
  candidates: Record<Name, Candidate['once']>,
  { rounds, warmUpMs, roundMs }: Effort,
): Promise<Record<Name, Measured>> {
  const names = Object.keys(candidates) as Name[]
  const samples = new Map<Name, Measured[]>(names.map((name) => [name, []]))
  for (const name of names) await candidates[name](warmUpMs)
  for (let round = 0; round < rounds; round += 1)
    for (const name of names) {
      const begun = performance.now()
      const sample = await candidates[name](roundMs)
      if (sample.failed)
        throw new Error(`${name}: ${JSON.stringify(sample.failures)} of ${sample.count} failed`)
      samples.get(name)?.push(toMeasured(sample, performance.now() - begun))
    }
  return Object.fromEntries(
    names.map((name) => [name, medianOf(samples.get(name) ?? [])]),
  ) as Record<Name, Measured>
}

/** The load of one server, and what its process needed for it. */
export function underLoad(
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

function toMeasured({ count, cpuUs, p50 = 0, p99 = 0 }: Sample, wallMs: number): Measured {
  return { cpuUs: cpuUs / count, p50, p99, perSecond: (count * 1000) / wallMs }
}

function medianOf(all: Measured[]): Measured {
  const of = (key: keyof Measured) => median(all.map((one) => one[key]))
  return { cpuUs: of('cpuUs'), p50: of('p50'), p99: of('p99'), perSecond: of('perSecond') }
}
