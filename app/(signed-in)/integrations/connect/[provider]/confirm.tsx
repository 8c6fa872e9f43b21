import type { ReactNode } from 'react'
import { texts } from '../../../../texts.ts'
import { Mark } from '../../../../ui/mark.tsx'
import { Tile } from '../../../../ui/tile.tsx'
import { ScopeList } from '../../[provider]/scope-list.tsx'
import type { ScopeView } from '../../scopes.ts'

type Props = {
  user: { name: string | null; email: string | null }
  provider: { id: string; name: string }
  /** The grant to reconnect, where the link names one. */
  reconnects: { account: string | null } | undefined
  asks: ScopeView[]
  /** Where the person lands afterwards. */
  host: string
  continueHref: string
  cancelHref: string
}

const words = texts.confirm

/**
 * Makes plain, before anything is asked of the third party, who connects what to which app: whoever
 * sends a link must not decide whose account gets connected.
 */
export function Confirm(props: Props) {
  const { name } = props.provider
  const title = props.reconnects
    ? words.reconnect(texts.actions.object(name, props.reconnects.account))
    : words.connect(name)
  return (
    <div className="mx-auto max-w-[32rem]">
      <h1 className="text-title">{title}</h1>
      <p className="mt-2 text-quiet">{words.lead(name)}</p>
      <Parties {...props} />
      <h2 className="mt-8 mb-2 text-base">{words.asks(name)}</h2>
      <ScopeList scopes={props.asks} empty={texts.detail.asksNothing} />
      <p className="mt-6">
        {words.afterwards} <strong className="break-all">{props.host}</strong>.{' '}
        <span className="text-quiet">{words.warning}</span>
      </p>
      <div className="mt-6 flex flex-wrap gap-3">
        <a href={props.continueHref} className="button button-next max-sm:w-full">
          {texts.actions.continueTo(name)}
        </a>
        <a href={props.cancelHref} className="button max-sm:w-full">
          {texts.actions.cancel}
        </a>
      </div>
      <a href="/auth/logout" className="link-target mt-3 text-quiet hover:text-ink">
        {words.notYou}
      </a>
    </div>
  )
}

function Parties({ user, provider }: Props) {
  const name = user.name ?? user.email ?? ''
  const email = user.email === name ? undefined : user.email
  return (
    <ul aria-label={words.parties} className="hairlines mt-6">
      <Party role={words.you} name={name} more={email}>
        <span
          aria-hidden="true"
          className="inline-flex size-10 items-center justify-center rounded-round bg-accent-soft font-strong"
        >
          {name.slice(0, 1).toUpperCase()}
        </span>
      </Party>
      <Party role={words.app} name={texts.product}>
        <span className="inline-flex size-10 items-center justify-center rounded-tile bg-accent text-on-accent">
          <Mark />
        </span>
      </Party>
      <Party role={words.thirdParty} name={provider.name}>
        <Tile provider={provider} />
      </Party>
    </ul>
  )
}

function Party(props: {
  role: string
  name: string
  more?: string | null | undefined
  children: ReactNode
}) {
  return (
    <li className="flex items-center gap-4 py-3">
      {props.children}
      <div className="min-w-0">
        <p className="text-quiet text-small">{props.role}</p>
        <p className="break-words">
          <span className="font-strong">{props.name}</span>
          {props.more && <span className="text-quiet"> {props.more}</span>}
        </p>
      </div>
    </li>
  )
}
