import type { GrantView } from '#lib/integrations/grant-view'
import type { Integration } from '#lib/integrations/list'
import { stateOf } from '#lib/integrations/state'
import { texts } from '../../../texts.ts'
import { grantedScopes } from '../scopes.ts'
import { StateLine } from '../state-line.tsx'
import { AccountActions } from './account-actions.tsx'
import { DisconnectDialog } from './disconnect-dialog.tsx'
import { Facts } from './facts.tsx'
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
      <StateLine integration={integration} state={state} now={now} />
      <h3 className="mt-6 mb-2">{words.scopes}</h3>
      <ScopeList scopes={grantedScopes(integration, grant)} empty={words.noScopes(provider.name)} />
      <Facts grant={grant} now={now} />
      <AccountActions provider={provider} grant={grant} state={state} />
      <DisconnectDialog provider={provider} grant={grant} />
    </section>
  )
}
