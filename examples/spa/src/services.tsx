import {
  type Grant,
  type Grantkeeper,
  GrantkeeperProblem,
  type Integration,
  messageOf,
  type Outcome,
} from '@grantkeeper/client'
import { useIntegrations } from '@grantkeeper/client/react'
import { useState } from 'react'
import { Service } from './service.tsx'
import { useSetting } from './setting.ts'

/** What can be connected, what is, and what just happened. */
export function Services({ grantkeeper }: { grantkeeper: Grantkeeper }) {
  const { integrations, status, error, reload, connect, disconnect } = useIntegrations(grantkeeper)
  const [popup, setPopup] = useSetting('popup')
  const { notice, busy, run } = useWork()
  const begin = ({ provider }: Integration, grant?: Grant) =>
    run(provider, async () => outcomeWords(await connect(provider, { popup, grant: grant?.id })))
  const end = ({ provider, name }: Integration, grant: Grant) =>
    run(provider, async () => endWords(name, (await disconnect(grant.id)).revocation))
  return (
    <section aria-busy={status === 'loading'}>
      <h1>Your services</h1>
      <p className="lead">
        Connect what you listen with. Nothing is copied; we read it when you look.
      </p>
      <p role="status" className="notice">
        {status === 'loading' ? 'Looking what you have …' : notice}
      </p>
      {error !== undefined && <Trouble words={wordsOf(error)} onRetry={reload} />}
      <ul className="services">
        {integrations.map((integration) => (
          <Service
            key={integration.provider}
            integration={integration}
            grantkeeper={grantkeeper}
            isBusy={busy === integration.provider}
            onConnect={(grant) => begin(integration, grant)}
            onDisconnect={(grant) => end(integration, grant)}
          />
        ))}
      </ul>
      <PopupSwitch isOn={popup} onChange={setPopup} />
    </section>
  )
}

/** One thing at a time, and its end in words. */
function useWork() {
  const [notice, setNotice] = useState('')
  const [busy, setBusy] = useState<string>()
  const run = async (id: string, work: () => Promise<string>) => {
    setBusy(id)
    setNotice('')
    setNotice(await work().catch(wordsOf))
    setBusy(undefined)
  }
  return { notice, busy, run }
}

function Trouble({ words, onRetry }: { words: string; onRetry: () => void }) {
  return (
    <p role="alert" className="trouble">
      {words}{' '}
      <button type="button" className="quiet" onClick={onRetry}>
        Look again
      </button>
    </p>
  )
}

type SwitchProps = { isOn: boolean; onChange: (isOn: boolean) => void }

function PopupSwitch({ isOn, onChange }: SwitchProps) {
  return (
    <label className="switch">
      <input type="checkbox" checked={isOn} onChange={({ target }) => onChange(target.checked)} />
      Connect in a window of its own
    </label>
  )
}

function outcomeWords(outcome: Outcome): string {
  return outcome.status === 'none' ? '' : outcome.message
}

function endWords(name: string, revocation: 'revoked' | 'unsupported' | 'failed'): string {
  return {
    revoked: `${name} is disconnected, and our access was revoked there.`,
    unsupported: `${name} is disconnected here. To leave nothing behind, remove this app there too.`,
    failed: `${name} is disconnected here. It did not confirm the end, so we keep asking for a day.`,
  }[revocation]
}

function wordsOf(error: unknown): string {
  return error instanceof GrantkeeperProblem ? error.message : messageOf('server_error')
}
