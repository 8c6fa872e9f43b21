import type { Grantkeeper, Outcome } from '@grantkeeper/client'
import { useEffect, useRef, useState } from 'react'

type Failed = Extract<Outcome, { status: 'error' }>

/** The page that a third party's answer ends at: what happened, in a sentence, and the way on. */
export function Completion({ grantkeeper }: { grantkeeper: Grantkeeper }) {
  const [outcome, setOutcome] = useState<Outcome>()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    grantkeeper.complete().then(setOutcome, () => setOutcome({ status: 'none' }))
  }, [grantkeeper])
  useEffect(() => {
    if (outcome) heading.current?.focus()
  }, [outcome])
  const again = async ({ integration, returnTo, grant, scope }: Failed) => {
    const next = await grantkeeper.connect(integration, { returnTo, grant, scope })
    if (next.status !== 'none') setOutcome(next)
  }
  return (
    <section className="completion" aria-busy={!outcome}>
      <h1 ref={heading} tabIndex={-1}>
        {titleOf(outcome)}
      </h1>
      <p role="status" className="lead">
        {sentenceOf(outcome)}
      </p>
      {outcome && <WayOn outcome={outcome} onAgain={again} />}
    </section>
  )
}

function WayOn({ outcome, onAgain }: { outcome: Outcome; onAgain: (failed: Failed) => void }) {
  if (outcome.status === 'none') return <a href="/">To your services</a>
  if (outcome.isPopup) return <p>You can close this window.</p>
  return (
    <p className="actions">
      {outcome.status === 'error' && (
        <button type="button" className="main" onClick={() => onAgain(outcome)}>
          Try again
        </button>
      )}
      <a
        className={outcome.status === 'connected' ? 'button main' : undefined}
        href={outcome.returnTo}
      >
        Back to your services
      </a>
    </p>
  )
}

function titleOf(outcome: Outcome | undefined): string {
  if (!outcome) return 'One moment …'
  return { connected: 'Connected', error: 'Not connected', none: 'Nothing to finish here' }[
    outcome.status
  ]
}

function sentenceOf(outcome: Outcome | undefined): string {
  if (!outcome) return 'We finish what you began.'
  if (outcome.status === 'none') return 'This page is where services send you back to.'
  return outcome.message
}
