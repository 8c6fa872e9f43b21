import type { ReactNode } from 'react'
import type { GrantView } from '#lib/integrations/grant-view'
import { texts } from '../../../texts.ts'
import { Time } from '../../../ui/time.tsx'
import { callerName } from '../../caller-name.ts'

const { facts } = texts.detail

/** What is known of a grant: when it came, was renewed and used, and when it ends if it does. */
export function Facts({ grant, now }: { grant: GrantView; now: Date }) {
  return (
    <dl className="mt-5 flex flex-wrap gap-x-10 gap-y-3">
      <Fact term={facts.connected}>
        <Time at={grant.since} now={now} />
      </Fact>
      {grant.lastRefreshedAt && (
        <Fact term={facts.renewed}>
          <Time at={grant.lastRefreshedAt} now={now} />
        </Fact>
      )}
      <Fact term={facts.used}>
        <LastUse grant={grant} now={now} />
      </Fact>
      {grant.lastsUntil && (
        <Fact term={facts.ends}>
          <Time at={grant.lastsUntil} now={now} />
        </Fact>
      )}
      <Fact term={facts.id}>
        <code className="break-all font-mono text-small">{grant.id}</code>
      </Fact>
    </dl>
  )
}

function LastUse({ grant: { lastUsedAt, lastUsedBy }, now }: { grant: GrantView; now: Date }) {
  if (!lastUsedAt) return texts.states.neverUsed
  return (
    <>
      <Time at={lastUsedAt} now={now} />
      {lastUsedBy && (
        <span className="break-words"> {texts.states.by(callerName(lastUsedBy))}</span>
      )}
    </>
  )
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-quiet text-small">{term}</dt>
      <dd>{children}</dd>
    </div>
  )
}
