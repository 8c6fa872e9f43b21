/** One line of the table: what was measured of ours, beside what, and what was aimed at. */
export type Line = {
  part: string
  what: string
  unit: string
  ours: number
  beside: string
  besideValue: number
  /** Ours to the other's; or the other's to ours, where more is better: how many times less, or faster. */
  ratio: number
  /** The aim is held against the value itself, and so is the ratio. */
  isAlone?: true
  aim?: { most: number } | { least: number }
  /** The limit that is hit, in a sentence. */
  note?: string
}

/** A line whose ratio is ours to the other's. */
export function compared(line: Omit<Line, 'ratio'>): Line {
  return { ...line, ratio: line.ours / line.besideValue }
}

/** A line whose ratio says how many times more the other needs. */
export function timesLess(line: Omit<Line, 'ratio'>): Line {
  return { ...line, ratio: line.besideValue / line.ours }
}

/** A line whose aim is held against the value itself, whatever stands beside it. */
export function alone(
  line: Omit<Line, 'ratio' | 'isAlone' | Beside> & Partial<Pick<Line, Beside>>,
): Line {
  return { beside: '', besideValue: 0, ...line, ratio: line.ours, isAlone: true }
}

type Beside = 'beside' | 'besideValue'

/** Whether the aim was met, or undefined where there is none. */
export function isMet({ aim, ratio }: Line): boolean | undefined {
  if (!aim) return undefined
  return 'most' in aim ? ratio <= aim.most : ratio >= aim.least
}

/** The lines as rows of text, for the console and for the docs. */
export function cells(
  line: Line,
): Record<'what' | 'ours' | 'beside' | 'ratio' | 'aim' | 'met', string> {
  const { what, unit, ours, beside, besideValue, ratio, aim, isAlone } = line
  const met = isMet(line)
  return {
    what,
    ours: `${amount(ours)} ${unit}`.trim(),
    beside: beside && `${beside}: ${amount(besideValue)} ${unit}`.trim(),
    ratio: isAlone ? '' : `${isMissedByAHair(line) ? ratio.toFixed(3) : amount(ratio)}×`,
    aim: aim ? ('most' in aim ? `≤ ${aim.most}` : `≥ ${aim.least}`) : '',
    met: met === undefined ? '' : met ? 'met' : 'missed',
  }
}

/** The lines on the console, part by part. */
export function show(lines: Line[]): void {
  console.table(lines.map(cells))
  for (const { what, note } of lines) if (note) console.log(`  ${what}: ${note}`)
}

/** Rounded, it would look as if it had met its aim. */
function isMissedByAHair(line: Line): boolean {
  const aim = Object.values(line.aim ?? {})[0]
  return isMet(line) === false && amount(line.ratio) === String(aim)
}

function amount(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en', { maximumFractionDigits: Number.isInteger(value) ? 0 : digits })
}
