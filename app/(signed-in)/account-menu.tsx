import { texts } from '../texts.ts'
import { currentTheme, themes } from '../theme.ts'
import { chooseTheme } from '../theme-actions.ts'
import { Glyph } from '../ui/glyph.tsx'

const { shell } = texts

type Person = { name: string | null; email: string | null }

/** Who is signed in, how the pages look, and the way out. */
export async function AccountMenu({ user }: { user: Person }) {
  const name = user.name || user.email || shell.noName
  return (
    <>
      <button
        type="button"
        popoverTarget="account"
        aria-label={shell.account(name)}
        className="inline-flex min-h-11 min-w-11 cursor-pointer items-center justify-end gap-1.5 rounded-control text-quiet hover:text-ink"
      >
        <span
          aria-hidden="true"
          className="inline-flex size-8 items-center justify-center rounded-round bg-accent-soft font-strong text-ink text-small"
        >
          {name.slice(0, 1).toUpperCase()}
        </span>
        <Glyph name="down" className="max-sm:hidden" />
      </button>
      <div id="account" popover="auto" className="menu">
        <p className="text-quiet text-small">{shell.signedInAs}</p>
        <p className="font-strong">{name}</p>
        {user.email && user.email !== name && <p className="text-quiet">{user.email}</p>}
        <ThemeForm />
        <a href="/auth/logout" className="link-target -mb-2 w-full hover:underline">
          {shell.logOut}
        </a>
      </div>
    </>
  )
}

async function ThemeForm() {
  const current = await currentTheme()
  return (
    <form action={chooseTheme} className="mt-4 mb-2 border-line border-y py-4">
      <fieldset>
        <legend className="mb-2 text-quiet text-small">{shell.theme}</legend>
        <div className="grid grid-cols-3 gap-1 rounded-control bg-sunken p-1">
          {themes.map((theme) => (
            <button
              key={theme}
              type="submit"
              name="theme"
              value={theme}
              aria-pressed={theme === current}
              className="segment min-h-11 cursor-pointer rounded-control px-1 text-quiet hover:text-ink aria-pressed:bg-raised aria-pressed:font-strong aria-pressed:text-ink"
            >
              {shell.themes[theme]}
            </button>
          ))}
        </div>
      </fieldset>
    </form>
  )
}
