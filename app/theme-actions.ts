'use server'

import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { asTheme, themeCookie } from './theme.ts'

const yearS = 365 * 24 * 60 * 60

/** Remembers the chosen theme and shows the same page again. */
export async function chooseTheme(form: FormData): Promise<never> {
  const jar = await cookies()
  const sent = await headers()
  const theme = asTheme(form.get('theme'))
  if (theme === 'system') jar.delete(themeCookie)
  else
    jar.set(themeCookie, theme, {
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      maxAge: yearS,
      secure: sent.get('origin')?.startsWith('https:') ?? false,
    })
  redirect(pathOf(sent.get('referer')))
}

/** The page that the form was on, as a path of this app: never a host, whatever the header says. */
function pathOf(referer: string | null): string {
  const url = referer && URL.canParse(referer) ? new URL(referer) : undefined
  return url && /^\/(?!\/)/.test(url.pathname) ? `${url.pathname}${url.search}` : '/'
}
