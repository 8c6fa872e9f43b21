import { redirect } from 'next/navigation'
import { currentUser } from '#lib/session'
import { orExplain } from './(signed-in)/signed-in.ts'
import { texts } from './texts.ts'
import { Joint } from './ui/joint.tsx'
import { PlainPage } from './ui/plain-page.tsx'

const words = texts.landing

/** What this is, for people who are not signed in; the others go straight to their integrations. */
export default async function LandingPage() {
  if (await orExplain(currentUser)) redirect('/integrations')
  return (
    <PlainPage>
      <h1 className="max-w-[34rem] text-title sm:text-display">{words.title}</h1>
      <p className="mt-4 max-w-[34rem] text-large text-quiet">{words.lead}</p>
      <a href="/auth/login?returnTo=/integrations" className="button button-next mt-8 min-w-32">
        {words.logIn}
      </a>
      <Joint label={words.picture} />
      <ul className="grid gap-x-8 gap-y-6 sm:grid-cols-3">
        {words.points.map(({ title, body }) => (
          <li key={title}>
            <h2 className="text-base">{title}</h2>
            <p className="mt-1 text-quiet">{body}</p>
          </li>
        ))}
      </ul>
    </PlainPage>
  )
}
