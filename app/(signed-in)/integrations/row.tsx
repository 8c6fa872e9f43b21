import { isMendable } from '#lib/integrations/state'
import { texts } from '../../texts.ts'
import { ActionObject } from '../../ui/object.tsx'
import { Tile } from '../../ui/tile.tsx'
import { pageOf, startLink } from './links.ts'
import type { Row } from './rows.ts'
import { StateLine } from './state-line.tsx'

/** What it is, whether it works now, what to do next: one line on a desk, two on a phone. */
export function IntegrationRow({ row, now }: { row: Row; now: Date }) {
  const { integration, grant, state } = row
  const { provider } = integration
  const headingId = `row-${row.key}`
  return (
    <li>
      <article
        aria-labelledby={headingId}
        className="grid grid-cols-[auto_1fr] items-start gap-x-4 gap-y-3 py-4 sm:grid-cols-[auto_1fr_auto] sm:items-center"
      >
        <Tile provider={provider} />
        <div className="relative min-w-0">
          <h3 id={headingId} className="flex flex-wrap gap-x-2">
            <a href={pageOf(provider.id)} className="after:absolute after:inset-0 hover:underline">
              {provider.name}
            </a>
            {grant?.account && (
              <span className="min-w-0 break-words font-plain text-quiet">{grant.account}</span>
            )}
          </h3>
          <StateLine integration={integration} state={state} now={now} />
        </div>
        <NextStep row={row} />
      </article>
    </li>
  )
}

function NextStep({ row }: { row: Row }) {
  const { id, name } = row.integration.provider
  const step = stepOf(row)
  const href =
    step === 'manage'
      ? pageOf(id)
      : startLink(id, {
          returnTo: '/integrations',
          ...(row.grant && { grant: row.grant.id }),
        })
  return (
    <a
      href={href}
      className={`button col-start-2 justify-self-start sm:col-start-3 sm:min-w-34 ${isUrgent(row) ? 'button-next' : ''}`}
    >
      {texts.actions[step]}
      <ActionObject provider={name} account={row.grant?.account ?? null} />
    </a>
  )
}

function stepOf({ state }: Row) {
  switch (state.kind) {
    case 'not_connected':
    case 'disconnected':
      return 'connect'
    case 'connecting':
      return 'startOver'
    case 'connected':
    case 'paused':
      return 'manage'
    case 'unavailable':
    case 'misconfigured':
      return isMendable(state) ? 'reconnect' : 'manage'
    case 'missing_scopes':
      return 'grantAccess'
    case 'expiring':
    case 'refused':
    case 'reauthorization_required':
      return 'reconnect'
    case 'failed':
      return 'tryAgain'
  }
}

/** Only what the person can mend gets the accent: the eye should find one next thing to do. */
function isUrgent({ state: { kind } }: Row): boolean {
  return ['reauthorization_required', 'expiring', 'missing_scopes'].includes(kind)
}
