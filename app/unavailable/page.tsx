import type { Metadata } from 'next'
import { z } from 'zod'
import { asErrorCode, type ErrorCode } from '#lib/errors'
import { errorSentence, texts } from '../texts.ts'
import { PlainPage } from '../ui/plain-page.tsx'

const words = texts.unavailable
const query = z.object({ error: z.unknown().optional().transform(asErrorCode) })

export const metadata: Metadata = { title: words.title }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

/** When a page had nothing to show: reads no table and needs no script, so that it works on bad days. */
export default async function UnavailablePage({ searchParams }: Props) {
  const { error = 'server_error' } = query.parse(await searchParams)
  return (
    <PlainPage>
      <h1 className="text-title">{error === 'login_required' ? words.login.title : words.title}</h1>
      <p className="mt-2 max-w-prose text-quiet">{storyOf(error)}</p>
      <a href="/integrations" className="button mt-6">
        {texts.actions.tryAgain}
      </a>
      <p className="mt-6 text-quiet text-small">
        {texts.referenceCode}: <code className="font-mono">{error}</code>
      </p>
    </PlainPage>
  )
}

function storyOf(error: ErrorCode): string {
  if (error === 'login_required') return words.login.body
  const what =
    error === 'storage_unavailable' ? words.storage : `${errorSentence(error, undefined).what}.`
  return `${what} ${words.body}`
}
