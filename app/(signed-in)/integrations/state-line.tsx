import type { ReactNode } from 'react'
import type { GrantView } from '#lib/integrations/grant-view'
import type { Integration } from '#lib/integrations/list'
import type { State } from '#lib/integrations/state'
import { errorSentence, texts } from '../../texts.ts'
import { Line } from '../../ui/line.tsx'
import { Time } from '../../ui/time.tsx'
import { callerName } from '../caller-name.ts'
import { Broken } from './broken.tsx'
import { scopeTitle } from './scopes.ts'

const { states } = texts

type Props = { integration: Integration; state: State; now: Date }

/** Whether it works now, and if not why and what helps: an icon and one sentence or two. */
export function StateLine({ integration, state, now }: Props) {
  switch (state.kind) {
    case 'not_connected':
      return <Quiet>{notConnected(integration)}</Quiet>
    case 'disconnected':
      return <Disconnected grant={state.grant} now={now} />
    case 'connecting':
      return <Connecting integration={integration} since={state.since} now={now} />
    case 'failed':
      return (
        <Line icon="cross" ink="text-bad">
          {/* Why, the banner says. */}
          {states.failed} {errorSentence(state.code, integration.provider.name).todo}
        </Line>
      )
    case 'connected':
      return <Connected grant={state.grant} now={now} />
    case 'missing_scopes':
      return <MissingScopes integration={integration} grant={state.grant} />
    case 'paused':
      return <Paused state={state} now={now} />
    default:
      return <Broken name={integration.provider.name} standing={state} now={now} />
  }
}

function notConnected({ provider }: Integration): string {
  return provider.summary ?? states.notConnected(provider.name)
}

function Disconnected({ grant, now }: { grant: GrantView; now: Date }) {
  const at = grant.disconnectedAt
  return (
    <Quiet>
      {states.disconnected} {at && <Time at={at} now={now} />}.
    </Quiet>
  )
}

function Connecting(props: { integration: Integration; since: Date; now: Date }) {
  return (
    <Line icon="waiting" ink="text-accent-text">
      {states.connecting(props.integration.provider.name)} <Time at={props.since} now={props.now} />
      . {states.connectingTodo}
    </Line>
  )
}

function Connected({ grant, now }: { grant: GrantView; now: Date }) {
  return (
    <Line icon="tick" ink="text-good">
      {states.connected} <Time at={grant.since} now={now} />,{' '}
      {grant.lastUsedAt ? (
        <>
          {states.lastUsed} <Time at={grant.lastUsedAt} now={now} />
          {grant.lastUsedBy && ` ${states.by(callerName(grant.lastUsedBy))}`}
        </>
      ) : (
        states.neverUsed
      )}
    </Line>
  )
}

function MissingScopes({ integration, grant }: { integration: Integration; grant: GrantView }) {
  const titles = grant.missing.map((scope) => scopeTitle(integration, scope))
  return (
    <Line icon="half" ink="text-warn">
      {states.missingScopes} {new Intl.ListFormat('en').format(titles)}.
    </Line>
  )
}

function Paused({ state, now }: { state: Extract<State, { kind: 'paused' }>; now: Date }) {
  const isOver = state.besides.kind === 'reauthorization_required'
  return (
    <Line icon="pause" ink="text-quiet">
      {states.paused} <Time at={state.since} now={now} />. {states.pausedTodo}
      {isOver && ` ${states.pausedAndOver}`}
    </Line>
  )
}

function Quiet({ children }: { children: ReactNode }) {
  return <p className="text-quiet">{children}</p>
}
