import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { hasDurableDatabase } from '#lib/env'
import { texts } from '../texts.ts'
import { PlainPage } from '../ui/plain-page.tsx'

const words = texts.noDatabase

export const metadata: Metadata = { title: words.title }

export const dynamic = 'force-dynamic'

/** What every address shows where nothing that is stored would last; `app/gate` leads here. */
export default function NoDatabasePage() {
  if (hasDurableDatabase()) notFound()
  return (
    <PlainPage>
      <h1 className="text-title">{words.title}</h1>
      <p className="mt-2 max-w-prose">{words.body}</p>
      <h2 className="mt-10 text-base">{words.operator}</h2>
      <p className="mt-1 max-w-prose text-quiet">{words.why}</p>
      <ol className="mt-2 max-w-prose list-decimal space-y-1 ps-5 text-quiet">
        {words.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <p className="mt-2 max-w-prose text-quiet">{words.more}</p>
    </PlainPage>
  )
}
