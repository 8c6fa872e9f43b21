/** The names that are nearly a setting's, each with the one that may be meant. */
export function misspelt(given: string[], known: string[]): [string, string][] {
  return given.flatMap((name): [string, string][] => {
    if (known.includes(name) || name.length < shortest) return []
    const meant = known.find((one) => one.length >= shortest && distance(name, one) <= 2)
    return meant && !given.includes(meant) ? [[name, meant]] : []
  })
}

/** Shorter names are near each other by chance, as PORT and PATH are. */
const shortest = 8

/** How many letters must be added, removed or replaced (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries())
      next.push(
        Math.min(
          (row[j] ?? 0) + (letter === other ? 0 : 1),
          (row[j + 1] ?? 0) + 1,
          (next[j] ?? 0) + 1,
        ),
      )
    row = next
  }
  return row[b.length] ?? 0
}
