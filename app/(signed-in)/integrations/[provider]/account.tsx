import type { ReactNode } from 'react'
import type { GrantView, Integration } from '#lib/integrations/list'
import { stateOf } from '#lib/integrations/state'
import { texts } from '../../../texts.ts'
import { ActionObject } from '../../../ui/object.tsx'
import { Time } from '../../../ui/time.tsx'
import { pageOf, startLink } from '../links.ts'
import { grantedScopes } from '../scopes.ts'
import { StateLine } from '../state-line.tsx'
import { DisconnectButton, DisconnectDialog } from './disconnect-dialog.tsx'
import { ScopeList } from './scope-list.tsx'

type Props = { integration: Integration; grant: GrantView; now: Date }

const words = texts.detail

/** One account at the provider: does it work, what may be done with it, since when. */
export function Account({ integration, grant, now }: Props) {
  const { provider } = integration
  const state = stateOf(integration, grant, undefined)
  const headingId = `account-${grant.id}`
  return (
    <section aria-labelledby={headingId} className="mt-10 [&+&]:mt-16">
      <h2 id={headingId} className="break-words text-large">
        {grant.account ?? words.account(provider.name)}
      </h2>
      <StateLine integration={integration} grant={grant} state={state} now={now} />
      <h3 className="mt-6 mb-2">{words.scopes}</h3>
      <ScopeList scopes={grantedScopes(integration, grant)} empty={words.noScopes(provider.name)} />
      <Facts grant={grant} now={now} />
      <div className="mt-6 flex flex-wrap gap-3">
        <Reconnect integration={integration} grant={grant} isNext={state.kind !== 'connected'} />
        <DisconnectButton provider={provider} grant={grant} />
      </div>
      <DisconnectDialog provider={provider} grant={grant} />
    </section>
  )
}

function Facts({ grant, now }: { grant: GrantView; now: Date }) {
  const { facts } = words
  return (
    <dl className="mt-5 flex flex-wrap gap-x-10 gap-y-3">
      <Fact term={facts.connected}>
        <Time at={grant.since} now={now} />
      </Fact>
      <Fact term={facts.changed}>
        <Time at={grant.changedAt} now={now} />
      </Fact>
      <Fact term={facts.used}>
        {grant.lastUsedAt ? <Time at={grant.lastUsedAt} now={now} /> : texts.states.neverUsed}
      </Fact>
      <Fact term={facts.id}>
        <code className="break-all font-mono text-small">{grant.id}</code>
      </Fact>
    </dl>
  )
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-quiet text-small">{term}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Reconnect(props: { integration: Integration; grant: GrantView; isNext: boolean }) {
  const { provider } = props.integration
  const { id, account, status } = props.grant
  const needsScopes = status === 'active' && props.grant.missing.length > 0
  return (
    <a
      href={startLink(provider.id, { returnTo: pageOf(provider.id), grant: id })}
      className={`button ${props.isNext ? 'button-next' : ''}`}
    >
      {needsScopes ? texts.actions.grantAccess : texts.actions.reconnect}
      <ActionObject provider={provider.name} account={account} />
    </a>
  )
}
