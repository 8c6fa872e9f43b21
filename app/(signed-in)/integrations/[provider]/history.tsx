import type { Integration } from '#lib/integrations/list'

import { texts } from '../../../texts.ts'
import { Glyph } from '../../../ui/glyph.tsx'
import { Time } from '../../../ui/time.tsx'
import { sentenceOf } from '../../activity/event-lines.ts'
import { linesOf } from '../../activity/lines.ts'
import { orExplain, signedIn } from '../../signed-in.ts'
import { pageOf } from '../links.ts'

const words = texts.detail
const shown = 10

/** The last things that happened with this provider. */
export async function History(props: { provider: Integration['provider']; now: Date }) {
  const { provider, now } = props
  const user = await signedIn(pageOf(provider.id))
  const { lines } = await orExplain(() => linesOf(user, { provider: provider.id, limit: shown }))
  return (
    <section aria-labelledby="history" className="mt-12">
      <h2 id="history" className="mb-2 text-large">
        {words.history}
      </h2>
      {lines.length === 0 && <p className="text-quiet">{words.noHistory}</p>}
      {lines.length > 0 && (
        <ul className="hairlines">
          {lines.map((line) => (
            <li key={line.id} className="flex flex-wrap justify-between gap-x-6 py-3">
              <span className="min-w-0 break-words">{sentenceOf(line)}</span>
              <span className="text-quiet text-small">
                <Time at={line.at} now={now} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <p className="mt-3 flex flex-wrap gap-x-8">
        <a href="/activity" className="link link-target">
          {words.allHistory}
        </a>
        <a href={provider.manage} rel="noreferrer" className="link link-target">
          {words.providerPage(provider.name)}
          <Glyph name="out" />
        </a>
      </p>
    </section>
  )
}
