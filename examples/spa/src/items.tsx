import { type Grant, type Grantkeeper, messageOf } from '@grantkeeper/client'
import { useEffect, useState } from 'react'

type Item = { id: string; title: string; detail?: string }
type Props = { grantkeeper: Grantkeeper; grant: Grant; name: string }

/** What the user has at the third party, asked for through the proxy: no token of theirs is here. */
export function Items({ grantkeeper, grant, name }: Props) {
  const [items, setItems] = useState<Item[]>()
  const [trouble, setTrouble] = useState<string>()
  useEffect(() => {
    const stop = new AbortController()
    load({ grantkeeper, grant, name }, stop.signal).then(
      (loaded) => {
        setItems(loaded)
        setTrouble(undefined)
      },
      (error: unknown) => {
        if (!stop.signal.aborted) setTrouble(wordsOf(error))
      },
    )
    return () => stop.abort()
  }, [grantkeeper, grant, name])
  if (trouble) return <p className="trouble">{trouble}</p>
  if (!items) return <p>Reading …</p>
  if (items.length === 0) return <p>There is nothing yet.</p>
  return (
    <ul className="items">
      {items.map(({ id, title, detail }) => (
        <li key={id}>
          {title} <small>{detail}</small>
        </li>
      ))}
    </ul>
  )
}

/** Where each third party has what this page shows, and how it calls it. */
const shelves: Record<string, { path: string; read: (body: never) => Item[] }> = {
  acme: {
    path: 'playlists',
    read: ({ playlists }: { playlists: { id: string; name: string; songs: number }[] }) =>
      playlists.map(({ id, name, songs }) => ({ id, title: name, detail: `${songs} songs` })),
  },
  plain: {
    path: 'notes',
    read: ({ notes }: { notes: string[] }) => notes.map((note) => ({ id: note, title: note })),
  },
}

async function load({ grantkeeper, grant, name }: Props, signal: AbortSignal): Promise<Item[]> {
  const shelf = shelves[grant.provider]
  if (!shelf) return []
  const response = await grantkeeper.fetch(grant.provider, shelf.path, { grant: grant.id, signal })
  const body = await response.json()
  if (!response.ok) throw new Error(messageOf(body.code, name))
  return shelf.read(body as never)
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : messageOf('server_error')
}
