import type { Examination } from './examine.ts'
import type { Finding } from './finding.ts'

/** The examination as a person reads it: faults last, where the eye is when it ends. */
export function report({ findings, register }: Examination): string {
  const faults = findings.filter(({ verdict }) => verdict === 'fault')
  const notes = findings.filter(({ verdict }) => verdict === 'note')
  const width = Math.max(0, ...register.map(({ at }) => at.length))
  const sections = [
    findings.filter(({ verdict }) => verdict === 'good').map(line),
    register.length === 0
      ? []
      : [
          'Registered must be',
          ...register.map(({ at, url }) => `  at ${at.padEnd(width)}  ${url}`),
        ],
    notes.map(line),
    faults.map(line),
    [summary(faults.length, notes.length)],
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

const marks = { good: '✓', note: '!', fault: '✗' }

function line({ about, verdict, says, mend }: Finding): string {
  const first = `${marks[verdict]} ${about}: ${says}`
  return mend === undefined ? first : `${first}\n    → ${mend}`
}

function summary(faults: number, notes: number): string {
  const beside = notes === 0 ? '' : `, ${notes} to think about`
  if (faults === 0) return `No faults${beside}.`
  return `${faults} ${faults === 1 ? 'fault' : 'faults'}${beside}.`
}
