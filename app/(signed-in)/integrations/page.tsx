import type { Metadata } from 'next'
import { texts } from '../../texts.ts'
import { Empty } from '../../ui/empty.tsx'
import { Banner } from './banner.tsx'
import { loadIntegrations } from './load.ts'
import { hereOf, readReturned, type SearchParams, titleOf } from './returned.ts'
import { IntegrationRow } from './row.tsx'
import { type Group, groupRows, type Row } from './rows.ts'

type Props = { searchParams: SearchParams }

const words = texts.integrations

export async function generateMetadata({ searchParams }: Props): Promise<Metadata> {
  const integrations = await loadIntegrations(await hereOf(searchParams))
  const returned = await readReturned(searchParams, integrations)
  return { title: titleOf(returned, words.title) }
}

/** What this person has connected, and what there is to connect. */
export default async function IntegrationsPage({ searchParams }: Props) {
  const integrations = await loadIntegrations(await hereOf(searchParams))
  const returned = await readReturned(searchParams, integrations)
  const groups = groupRows(integrations, returned)
  return (
    <>
      <h1 className="text-title">{words.title}</h1>
      <p className="mt-1 text-quiet">{words.lead}</p>
      <Banner returned={returned} here="/integrations" />
      <div className="mt-8 grid gap-10">
        <EmptyState integrations={integrations.length} groups={groups} />
        <RowGroup name="attention" rows={groups.attention} />
        <RowGroup name="interrupted" rows={groups.interrupted} />
        <RowGroup name="connected" rows={groups.connected} />
        <RowGroup name="available" rows={groups.available} />
      </div>
    </>
  )
}

function EmptyState(props: { integrations: number; groups: Record<Group, Row[]> }) {
  if (props.integrations === 0) return <Empty {...words.noneOffered} />
  const { attention, interrupted, connected } = props.groups
  const rows = [...attention, ...interrupted, ...connected]
  return rows.length === 0 ? <Empty {...words.noneConnected} /> : null
}

function RowGroup({ name, rows }: { name: Group; rows: Row[] }) {
  if (rows.length === 0) return null
  const now = new Date()
  return (
    <section aria-labelledby={name}>
      <h2 id={name} className="mb-2 flex items-baseline gap-2 text-base">
        {words.groups[name]}
        <span className="font-plain text-quiet tabular">{rows.length}</span>
      </h2>
      <ul className="hairlines">
        {rows.map((row) => (
          <IntegrationRow key={row.key} row={row} now={now} />
        ))}
      </ul>
    </section>
  )
}
