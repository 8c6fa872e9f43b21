import type { ReactNode } from 'react'
import type { ErrorCode } from '#lib/errors'
import type { GrantView, Integration } from '#lib/integrations/list'
import type { State } from '#lib/integrations/state'
import { errorSentence, texts } from '../../texts.ts'
import { Glyph, type GlyphName } from '../../ui/glyph.tsx'
import { Time } from '../../ui/time.tsx'
import { scopeTitle } from './scopes.ts'

const { states } = texts

type Props = {
  integration: Integration
  grant: GrantView | undefined
  state: State
  now: Date
}

/** Whether it works now, and if not why and what helps: an icon and one sentence or two. */
export function StateLine(props: Props) {
  switch (props.state.kind) {
    case 'not_connected':
      return <Quiet>{notConnected(props.integration)}</Quiet>
    case 'disconnected':
      return <Disconnected {...props} />
    case 'connecting':
      return <Connecting {...props} />
    case 'connected':
      return <Connected {...props} />
    case 'missing_scopes':
      return <MissingScopes {...props} />
    case 'reauthorization_required':
      return <Reauthorize {...props} />
    case 'failed':
      return <Failed {...props} code={props.state.code} />
  }
}

function notConnected({ provider }: Integration): string {
  return provider.summary ?? states.notConnected(provider.name)
}

function Disconnected({ integration, now }: Props) {
  const at = integration.past[0]?.disconnectedAt
  return (
    <Quiet>
      {states.disconnected} {at && <Time at={at} now={now} />}.
    </Quiet>
  )
}

function Connecting({ integration, now }: Props) {
  const { provider, connecting } = integration
  return (
    <Line icon="waiting" ink="text-accent-text">
      {states.connecting(provider.name)} {connecting && <Time at={connecting.since} now={now} />}.{' '}
      {states.connectingTodo}
    </Line>
  )
}

function Connected({ grant, now }: Props) {
  if (!grant) return null
  return (
    <Line icon="tick" ink="text-good">
      {states.connected} <Time at={grant.since} now={now} />
      {grant.lastUsedAt ? (
        <>
          , {states.lastUsed} <Time at={grant.lastUsedAt} now={now} />
        </>
      ) : (
        `, ${states.neverUsed}`
      )}
    </Line>
  )
}

function MissingScopes({ integration, grant }: Props) {
  const titles = grant?.missing.map((scope) => scopeTitle(integration, scope)) ?? []
  return (
    <Line icon="half" ink="text-warn">
      {states.missingScopes} {new Intl.ListFormat('en').format(titles)}.
    </Line>
  )
}

function Reauthorize({ integration, grant, now }: Props) {
  return (
    <Line icon="warning" ink="text-warn">
      {reasonOf(integration, grant)}
      {grant && (
        <>
          {' '}
          (<Time at={grant.changedAt} now={now} />)
        </>
      )}
      . {states.reauthorizeTodo}
    </Line>
  )
}

function reasonOf({ provider }: Integration, grant: GrantView | undefined): string {
  const { invalid_grant, expired, credential_unreadable, other } = states.reauthorize
  const sentence = { invalid_grant, expired, credential_unreadable }[grant?.reason ?? ''] ?? other
  return sentence(provider.name)
}

/** Why, the banner says. */
function Failed({ integration, code }: Props & { code: ErrorCode }) {
  return (
    <Line icon="cross" ink="text-bad">
      {states.failed} {errorSentence(code, integration.provider.name).todo}
    </Line>
  )
}

function Quiet({ children }: { children: ReactNode }) {
  return <p className="text-quiet">{children}</p>
}

function Line(props: { icon: GlyphName; ink: string; children: ReactNode }) {
  return (
    <p className="flex gap-1.5">
      <Glyph name={props.icon} className={`mt-1 ${props.ink}`} />
      <span className="min-w-0">{props.children}</span>
    </p>
  )
}
