import type { ReactNode } from 'react'
import { texts } from '../texts.ts'
import { Mark } from './mark.tsx'

/** A page outside the signed-in part: the mark, and one thing to read. */
export function PlainPage({ children }: { children: ReactNode }) {
  return (
    <div className="column flex min-h-dvh flex-col">
      <header className="flex min-h-16 items-center">
        <a href="/" className="link-target font-strong">
          <Mark className="size-6 text-accent-text" />
          {texts.product}
        </a>
      </header>
      <main className="py-12 sm:py-20">{children}</main>
    </div>
  )
}
