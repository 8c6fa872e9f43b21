import type { GrantView } from '#lib/integrations/grant-view'
import type { Integration } from '#lib/integrations/list'
import { texts } from '../../../texts.ts'
import { ActionObject } from '../../../ui/object.tsx'
import { disconnectGrant } from '../actions.ts'

type Props = { provider: Integration['provider']; grant: GrantView }

const words = texts.disconnect

/**
 * Opens the dialog without script: by an invoker command where the browser knows them, as a popover
 * where it is older.
 */
export function DisconnectButton({ provider, grant }: Props) {
  return (
    <button
      type="button"
      command="show-modal"
      commandfor={idOf(grant)}
      popoverTarget={idOf(grant)}
      aria-haspopup="dialog"
      className="button"
    >
      {texts.actions.disconnect}
      <ActionObject provider={provider.name} account={grant.account} />
    </button>
  )
}

/** Says what ends and what stays, before anything does. The way back comes first. */
export function DisconnectDialog({ provider, grant }: Props) {
  const id = idOf(grant)
  return (
    <dialog
      id={id}
      popover="auto"
      role="alertdialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-story`}
      className="sheet"
    >
      <h2 id={`${id}-title`} className="text-large">
        {words.title(texts.actions.object(provider.name, grant.account))}
      </h2>
      <dl id={`${id}-story`} className="mt-4 grid gap-3">
        <Part term={words.stops} body={words.stopsBody(provider.name, grant.account)} />
        <Part term={words.stays} body={words.staysBody(provider.name)} />
        <Part term={words.revokes} body={words.revokesBody(provider.name)} />
      </dl>
      <form action={disconnectGrant} className="mt-6 flex flex-wrap justify-end gap-3">
        <input type="hidden" name="provider" value={provider.id} />
        <input type="hidden" name="grant" value={grant.id} />
        <CancelButton dialog={id} />
        <button type="submit" className="button button-end">
          {texts.actions.disconnect}
          <ActionObject provider={provider.name} account={grant.account} />
        </button>
      </form>
    </dialog>
  )
}

function CancelButton({ dialog }: { dialog: string }) {
  return (
    <button
      type="button"
      command="close"
      commandfor={dialog}
      popoverTarget={dialog}
      popoverTargetAction="hide"
      // biome-ignore lint/a11y/noAutofocus: the first focus of an alert dialog belongs to the harmless way out
      autoFocus
      className="button"
    >
      {texts.actions.cancel}
    </button>
  )
}

function Part({ term, body }: { term: string; body: string }) {
  return (
    <div>
      <dt className="font-strong">{term}</dt>
      <dd className="text-quiet">{body}</dd>
    </div>
  )
}

function idOf(grant: GrantView): string {
  return `disconnect-${grant.id}`
}
