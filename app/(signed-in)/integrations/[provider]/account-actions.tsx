import type { GrantView } from '#lib/integrations/grant-view'
import type { Integration } from '#lib/integrations/list'
import { isMendable, type State } from '#lib/integrations/state'
import { texts } from '../../../texts.ts'
import { ActionObject } from '../../../ui/object.tsx'
import { pauseGrant, resumeGrant } from '../actions.ts'
import { pageOf, startLink } from '../links.ts'
import { DisconnectButton } from './disconnect-dialog.tsx'

type Props = { provider: Integration['provider']; grant: GrantView; state: State }

/** What can be done with an account now, the next thing to do first. */
export function AccountActions({ provider, grant, state }: Props) {
  const standing = state.kind === 'paused' ? state.besides : state
  return (
    <>
      <div className="mt-6 flex flex-wrap gap-3">
        {state.kind === 'paused' && (
          <Switch action={resumeGrant} word="resume" provider={provider} grant={grant} isNext />
        )}
        <Reconnect
          provider={provider}
          grant={grant}
          state={standing}
          isNext={state.kind !== 'paused' && state.kind !== 'connected' && state.kind !== 'refused'}
        />
        {state.kind !== 'paused' && state.kind !== 'reauthorization_required' && (
          <Switch action={pauseGrant} word="pause" provider={provider} grant={grant} />
        )}
        <DisconnectButton provider={provider} grant={grant} />
      </div>
      {state.kind === 'connected' && (
        <p className="mt-3 max-w-prose text-quiet text-small">{texts.detail.pauseOrEnd}</p>
      )}
    </>
  )
}

type SwitchProps = Omit<Props, 'state'> & {
  action: (data: FormData) => Promise<never>
  word: 'pause' | 'resume'
  isNext?: boolean
}

/** No question first: a pause can be ended at any time. */
function Switch({ action, word, provider, grant, isNext }: SwitchProps) {
  return (
    <form action={action}>
      <input type="hidden" name="provider" value={provider.id} />
      <input type="hidden" name="grant" value={grant.id} />
      <button type="submit" className={`button ${isNext ? 'button-next' : ''}`}>
        {texts.actions[word]}
        <ActionObject provider={provider.name} account={grant.account} />
      </button>
    </form>
  )
}

/** Not where it would not help: the provider answers nobody, or refuses this app and not the user. */
function Reconnect({ provider, grant, state, isNext }: Props & { isNext: boolean }) {
  const isTroubled = state.kind === 'unavailable' || state.kind === 'misconfigured'
  if (isTroubled && !isMendable(state)) return null
  return (
    <a
      href={startLink(provider.id, { returnTo: pageOf(provider.id), grant: grant.id })}
      className={`button ${isNext ? 'button-next' : ''}`}
    >
      {state.kind === 'missing_scopes' ? texts.actions.grantAccess : texts.actions.reconnect}
      <ActionObject provider={provider.name} account={grant.account} />
    </a>
  )
}
