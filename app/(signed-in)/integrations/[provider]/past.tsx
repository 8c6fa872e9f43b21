import type { GrantView } from '#lib/integrations/grant-view'
import type { Integration } from '#lib/integrations/list'
import { texts } from '../../../texts.ts'
import { Time } from '../../../ui/time.tsx'

type Props = { provider: Integration['provider']; grants: GrantView[]; now: Date }

const words = texts.detail

/** What was connected once, and how its end was told to the provider. */
export function Past({ provider, grants, now }: Props) {
  return (
    <section aria-labelledby="past" className="mt-12">
      <h2 id="past" className="mb-2 text-large">
        {words.past}
      </h2>
      <ul className="hairlines">
        {grants.map((grant) => (
          <li key={grant.id} className="py-3">
            <p className="break-words">{grant.account ?? words.unnamedAccount}</p>
            <p className="text-quiet text-small">
              {texts.states.disconnected}{' '}
              <Time at={grant.disconnectedAt ?? grant.changedAt} now={now} />
              {grant.revocation && `, ${words.revocation[grant.revocation](provider.name)}`}
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
