import type { Metadata } from 'next'
import { texts } from '../texts.ts'
import { PlainPage } from '../ui/plain-page.tsx'

const words = texts.logOut

export const metadata: Metadata = { title: words.title }

export const dynamic = 'force-dynamic'

/** Asks a person whom a link from elsewhere would log out. The link on it is one of ours, and acts at once. */
export default function LogOutPage() {
  return (
    <PlainPage>
      <h1 className="text-title">{words.title}</h1>
      <p className="mt-2 max-w-prose text-quiet">{words.body}</p>
      <p className="mt-6 flex flex-wrap gap-3">
        <a href="/auth/logout" className="button button-next">
          {texts.shell.logOut}
        </a>
        <a href="/integrations" className="button">
          {words.stay}
        </a>
      </p>
    </PlainPage>
  )
}
