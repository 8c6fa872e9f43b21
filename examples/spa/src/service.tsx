import type { Grant, Grantkeeper, Integration } from '@grantkeeper/client'
import { useId } from 'react'
import { Items } from './items.tsx'

type Props = {
  integration: Integration
  grantkeeper: Grantkeeper
  isBusy: boolean
  /** With a grant: reconnect that one. */
  onConnect: (grant?: Grant) => void
  onDisconnect: (grant: Grant) => void
}

/** One third party: its accounts with what they have, or the way to connect one. */
export function Service({ integration, grantkeeper, isBusy, onConnect, onDisconnect }: Props) {
  const { name, summary, grants } = integration
  const id = useId()
  const held = grants.filter(({ status }) => status !== 'disconnected')
  return (
    <li>
      <article aria-labelledby={id} aria-busy={isBusy}>
        <div className="service">
          <span className="tile" aria-hidden="true">
            {name.slice(0, 1)}
          </span>
          <div>
            <h2 id={id}>{name}</h2>
            <p>{summary}</p>
          </div>
          {held.length === 0 && (
            <button
              type="button"
              className="main"
              aria-disabled={isBusy}
              onClick={() => isBusy || onConnect()}
            >
              {isBusy ? 'Connecting' : 'Connect'} <span className="hidden">{name}</span>
            </button>
          )}
        </div>
        {held.map((grant) => (
          <Account key={grant.id} {...{ grant, name, isBusy, onConnect, onDisconnect }}>
            <Items grantkeeper={grantkeeper} grant={grant} name={name} />
          </Account>
        ))}
      </article>
    </li>
  )
}

type AccountProps = Pick<Props, 'isBusy' | 'onConnect' | 'onDisconnect'> & {
  grant: Grant
  name: string
  children: React.ReactNode
}

function Account({ grant, name, isBusy, onConnect, onDisconnect, children }: AccountProps) {
  const label = grant.account?.label ?? 'your account'
  const isActive = grant.status === 'active'
  return (
    <div className="account">
      <p>
        {isActive ? 'Connected as' : 'Asks for your consent again:'} <strong>{label}</strong>
      </p>
      <p className="actions">
        {!isActive && (
          <button type="button" className="main" onClick={() => isBusy || onConnect(grant)}>
            Reconnect <span className="hidden">{`${name} (${label})`}</span>
          </button>
        )}
        <button type="button" aria-disabled={isBusy} onClick={() => isBusy || onDisconnect(grant)}>
          Disconnect <span className="hidden">{`${name} (${label})`}</span>
        </button>
      </p>
      {isActive && children}
    </div>
  )
}
