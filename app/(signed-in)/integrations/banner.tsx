import type { ReactNode } from 'react'
import { errorSentence, texts } from '../../texts.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { headlineOf, type NotDone, type Returned } from './returned.ts'

type Tone = 'good' | 'warn' | 'bad'

const tones = {
  good: { icon: 'tick', box: 'bg-good-soft', ink: 'text-good' },
  warn: { icon: 'warning', box: 'bg-warn-soft', ink: 'text-warn' },
  bad: { icon: 'cross', box: 'bg-bad-soft', ink: 'text-bad' },
} as const

/**
 * How the attempt went from which the person returns. The region is always there, so that screen
 * readers notice what appears in it; the heading takes the focus when the page loads.
 */
export function Banner({ returned, here }: { returned: Returned | undefined; here: string }) {
  return (
    <div role="status">
      {returned && (
        <Box
          key={newsOf(returned)}
          tone={toneOf(returned)}
          title={headlineOf(returned)}
          here={here}
        >
          <Story returned={returned} />
        </Box>
      )}
    </div>
  )
}

/** What makes a message another one: only what is new on the page takes the focus. */
function newsOf(returned: Returned): string {
  return 'grant' in returned ? `${returned.kind} ${returned.grant.id}` : returned.kind
}

function Box(props: { tone: Tone; title: string; here: string; children: ReactNode }) {
  const { icon, box, ink } = tones[props.tone]
  return (
    <section
      aria-labelledby="outcome"
      className={`mt-6 grid grid-cols-[auto_1fr_auto] gap-x-3 rounded-panel border border-transparent py-3 ps-4 pe-1 ${box}`}
    >
      <Glyph name={icon} className={`mt-1 size-4.5 ${ink}`} />
      <div className="min-w-0 py-0.5">
        {/* biome-ignore lint/a11y/noAutofocus: after a redirect back, this is what the person came for */}
        <h2 id="outcome" tabIndex={-1} autoFocus className="text-base">
          {props.title}
        </h2>
        {props.children}
      </div>
      <Dismiss here={props.here} />
    </section>
  )
}

/**
 * A form and not a link for the sake of its button: where React changes the page in place (after an
 * action), it moves the focus to a button only, and the focus must not be lost with the dialog.
 */
function Dismiss({ here }: { here: string }) {
  return (
    <form action={here} method="get">
      <button
        type="submit"
        // biome-ignore lint/a11y/noAutofocus: on a page that loads, the heading before it wins
        autoFocus
        className="-mt-1.5 inline-flex size-11 cursor-pointer items-center justify-center rounded-control text-quiet hover:text-ink"
      >
        <Glyph name="close" />
        <span className="sr-only">{texts.integrations.dismiss}</span>
      </button>
    </form>
  )
}

function Story({ returned }: { returned: Returned }) {
  switch (returned.kind) {
    case 'connected':
      return (
        <p>{texts.returned.connected.body(returned.integration.provider.name, returned.account)}</p>
      )
    case 'disconnected':
      return <Disconnected returned={returned} />
    case 'paused':
    case 'resumed':
      return (
        <p>
          {texts.returned[returned.kind].body(
            returned.integration.provider.name,
            returned.grant.account,
          )}
        </p>
      )
    default:
      return <Failure returned={returned} />
  }
}

function Disconnected({ returned }: { returned: Extract<Returned, { kind: 'disconnected' }> }) {
  const { name, manage } = returned.integration.provider
  const words = texts.returned.disconnected
  return (
    <>
      <p>{words[returned.outcome](name)}</p>
      {returned.outcome !== 'revoked' && (
        <a href={manage} rel="noreferrer" className="link link-target">
          {words.page(name)}
          <Glyph name="out" />
        </a>
      )}
    </>
  )
}

type FailureProps = { returned: Extract<Returned, { kind: 'failed' | 'unused' | NotDone }> }

function Failure({ returned: { kind, code, integration } }: FailureProps) {
  const { what, means, todo } = errorSentence(code, integration?.provider.name)
  return (
    <>
      <p>
        {what}. {kind === 'failed' || kind === 'unused' ? means : texts.returned[kind].means} {todo}
      </p>
      <p className="mt-1 text-quiet text-small">
        {texts.referenceCode}: <code className="font-mono">{code}</code>
      </p>
    </>
  )
}

function toneOf(returned: Returned): Tone {
  switch (returned.kind) {
    case 'connected':
    case 'paused':
    case 'resumed':
      return 'good'
    case 'disconnected':
      return returned.outcome === 'revoked' ? 'good' : 'warn'
    case 'unused':
      return 'warn'
    case 'failed':
      return returned.code === 'access_denied' ? 'warn' : 'bad'
    default:
      return 'bad'
  }
}
