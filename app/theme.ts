import { cookies } from 'next/headers'

/** How the pages look: as the system says, or as the person chose. */
export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** The cookie that remembers the choice. It holds nothing secret. */
export const themeCookie = 'theme'

/** The theme of this request, so that the first paint is already right and needs no script. */
export async function currentTheme(): Promise<Theme> {
  return asTheme((await cookies()).get(themeCookie)?.value)
}

/** `value` as a theme; whatever else it is, `system`. */
export function asTheme(value: unknown): Theme {
  return themes.find((theme) => theme === value) ?? 'system'
}
