import type { Metadata } from 'next'
import { z } from 'zod'
import { asErrorCode, type ErrorCode } from '#lib/errors'
import { errorSentence, texts } from '../texts.ts'
import { PlainPage } from '../ui/plain-page.tsx'

const words = texts.unavailable

/** `again`: where a login was to lead to. Only a path of this app is taken. */
const query = z.object({
  error: z.unknown().optional().transform(asErrorCode),
  from: z.literal('login').optional().catch(undefined),
  again: z.string().max(2048).startsWith('/').optional().catch(undefined),
})

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export async function generateMetadata({ searchParams }: Props): Promise<Metadata> {
  return { title: storyOf(query.parse(await searchParams)).title }
}

/** When a page had nothing to show: reads no table and needs no script, so that it works on bad days. */
export default async function UnavailablePage({ searchParams }: Props) {
  const asked = query.parse(await searchParams)
  const { title, body } = storyOf(asked)
  const again = asked.again ? `/auth/login?returnTo=${encodeURIComponent(asked.again)}` : undefined
  return (
    <PlainPage>
      <h1 className="text-title">{title}</h1>
      <p className="mt-2 max-w-prose text-quiet">{body}</p>
      <a href={again ?? '/integrations'} className="button mt-6">
        {texts.actions.tryAgain}
      </a>
      <p className="mt-6 text-quiet text-small">
        {texts.referenceCode}: <code className="font-mono">{asked.error ?? 'server_error'}</code>
      </p>
    </PlainPage>
  )
}

function storyOf({ error = 'server_error', from }: z.output<typeof query>): {
  title: string
  body: string
} {
  const ofLogin = from === 'login' ? loginStories[error] : undefined
  if (ofLogin) return ofLogin
  if (error === 'login_required') return words.login
  const what =
    error === 'storage_unavailable' ? words.storage : `${errorSentence(error, undefined).what}.`
  return { title: words.title, body: `${what} ${words.body}` }
}

const loginStories: Partial<Record<ErrorCode, { title: string; body: string }>> = {
  temporarily_unavailable: words.loginAway,
  access_denied: words.loginRefused,
  provider_misconfigured: words.loginMisconfigured,
}
