import type { Metadata } from 'next'
import { texts } from '../texts.ts'
import { PlainPage } from '../ui/plain-page.tsx'

const words = texts.switchedOff

export const metadata: Metadata = { title: words.title }

/** For somebody who can log in, but whom the people who run this app have switched off. */
export default function SwitchedOffPage() {
  return (
    <PlainPage>
      <h1 className="text-title">{words.title}</h1>
      <p className="mt-2 max-w-prose">{words.body}</p>
      <p className="mt-2 max-w-prose text-quiet">{words.todo}</p>
      <a href="/auth/logout" className="button mt-6">
        {texts.shell.logOut}
      </a>
    </PlainPage>
  )
}
