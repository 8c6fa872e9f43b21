import type { ReactNode } from 'react'
import { GrantkeeperError } from '#lib/errors'
import { currentUser } from '#lib/session'
import { texts } from '../texts.ts'
import { Mark } from '../ui/mark.tsx'
import { AccountMenu } from './account-menu.tsx'

type Section = 'integrations' | 'activity'

const { shell } = texts

/** What surrounds every page of a signed-in person. The pages check for themselves who that is. */
export async function Shell({ current, children }: { current: Section; children: ReactNode }) {
  const user = await currentUser().catch(nobody)
  return (
    <>
      <a href="#main" className="button sr-only focus:not-sr-only focus:fixed focus:m-2 focus:px-4">
        {texts.skip}
      </a>
      <header className="border-line border-b">
        <div className="column flex min-h-16 items-center gap-x-4 sm:gap-x-6">
          <a href="/integrations" className="link-target min-w-11 font-strong">
            <Mark className="size-6 text-accent-text" />
            <span className="max-sm:sr-only">{texts.product}</span>
          </a>
          <nav aria-label={shell.nav} className="me-auto">
            <ul className="flex flex-wrap gap-x-4 sm:gap-x-5">
              <NavItem href="/integrations" isCurrent={current === 'integrations'}>
                {shell.integrations}
              </NavItem>
              <NavItem href="/activity" isCurrent={current === 'activity'}>
                {shell.activity}
              </NavItem>
            </ul>
          </nav>
          {user && <AccountMenu user={user} />}
        </div>
      </header>
      <main id="main" tabIndex={-1} className="column pt-8 pb-24 sm:pt-12">
        {children}
      </main>
    </>
  )
}

/** The page itself tells why nobody is known; the frame around it must not fail for that. */
function nobody(error: unknown): null {
  if (error instanceof GrantkeeperError) return null
  throw error
}

function NavItem(props: { href: string; isCurrent: boolean; children: string }) {
  return (
    <li>
      <a
        href={props.href}
        aria-current={props.isCurrent ? 'page' : undefined}
        className="link-target text-quiet decoration-2 decoration-accent underline-offset-[0.75rem] hover:text-ink aria-[current]:text-ink aria-[current]:underline"
      >
        {props.children}
      </a>
    </li>
  )
}
