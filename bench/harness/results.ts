import { writeFileSync } from 'node:fs'
import { arch, cpus, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import nextPackage from 'next/package.json' with { type: 'json' }
import { root } from '#scripts/run'
import peersPackage from '../peers/package.json' with { type: 'json' }
import type { Line } from './report.ts'

/** A whole run, as it is kept: docs/performance.md is made of the latest. */
export type Results = {
  date: string
  minutes: number
  machine: { cpu: string; cores: number; memoryGiB: number; system: string }
  versions: Record<string, string>
  lines: Line[]
}

export const resultsFile = join(root, 'bench/results/latest.json')

/** Keeps the figures of a whole run. `npm run docs:generate` writes them into docs/performance.md. */
export async function keepResults(lines: Line[], minutes: number): Promise<void> {
  const [first, ...others] = cpus()
  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    minutes: Math.round(minutes * 10) / 10,
    machine: {
      cpu: first?.model.trim() || arch(),
      cores: others.length + 1,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${platform()} ${release()}`,
    },
    versions: {
      node: process.versions.node,
      next: nextPackage.version,
      ...peersPackage.dependencies,
    },
    lines,
  }
  writeFileSync(resultsFile, `${JSON.stringify(results, null, 2)}\n`)
  console.log('Kept in bench/results/latest.json. Now: npm run docs:generate')
}
