import type { Metadata } from 'next'
import type { ErrorCode } from '#lib/errors'
import type { Integration } from '#lib/integrations/list'
import { stateOf } from '#lib/integrations/state'
import { texts } from '../../../texts.ts'
import { Glyph } from '../../../ui/glyph.tsx'
import { ActionObject } from '../../../ui/object.tsx'
import { Tile } from '../../../ui/tile.tsx'
import { Banner } from '../banner.tsx'
import { pageOf, startLink } from '../links.ts'
import { loadIntegration } from '../load.ts'
import { failureOf, readReturned, type SearchParams, titleOf } from '../returned.ts'
import { scopesOf } from '../scopes.ts'
import { StateLine } from '../state-line.tsx'
import { Account } from './account.tsx'
import { History } from './history.tsx'
import { Past } from './past.tsx'
import { ScopeList } from './scope-list.tsx'

type ConnectProps = { integration: Integration; failure: ErrorCode | undefined; now: Date }

type Props = { params: Promise<{ provider: string }>; searchParams: SearchParams }

const words = texts.detail

export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const integration = await integrationOf(params)
  const returned = await readReturned(searchParams, [integration])
  return { title: titleOf(returned, integration.provider.name) }
}

/** One integration: its accounts, what each may do, what happened, and how to end it. */
export default async function IntegrationPage({ params, searchParams }: Props) {
  const integration = await integrationOf(params)
  const { provider, grants, past } = integration
  const returned = await readReturned(searchParams, [integration])
  const now = new Date()
  return (
    <>
      <Heading integration={integration} />
      <Banner returned={returned} here={pageOf(provider.id)} />
      {grants.map((grant) => (
        <Account key={grant.id} integration={integration} grant={grant} now={now} />
      ))}
      <Connect integration={integration} failure={failureOf(returned)} now={now} />
      {past.length > 0 && <Past provider={provider} grants={past} now={now} />}
      <History provider={provider} now={now} />
    </>
  )
}

async function integrationOf(params: Props['params']): Promise<Integration> {
  const { provider } = await params
  return loadIntegration(provider, pageOf(provider))
}

function Heading({ integration: { provider } }: { integration: Integration }) {
  return (
    <>
      <a href="/integrations" className="link-target -mt-4 text-quiet hover:text-ink">
        <Glyph name="back" />
        {words.back}
      </a>
      <div className="mt-3 flex items-center gap-4">
        <Tile provider={provider} size="page" />
        <div className="min-w-0">
          <h1 className="text-title">{provider.name}</h1>
          {provider.summary && <p className="text-quiet">{provider.summary}</p>}
        </div>
      </div>
    </>
  )
}

/** The way to a first account, or to a further one where the provider can tell them apart. */
function Connect({ integration, failure, now }: ConnectProps) {
  const { provider, grants } = integration
  const href = startLink(provider.id, { returnTo: pageOf(provider.id) })
  if (grants.some(({ account }) => account === null)) return null
  if (grants.length > 0)
    return (
      <a href={href} className="link-target mt-4 text-accent-text hover:underline">
        <Glyph name="plus" />
        {texts.actions.connectAnother}
        <span className="sr-only"> ({provider.name})</span>
      </a>
    )
  const state = stateOf(integration, undefined, failure)
  return (
    <section aria-labelledby="asks" className="mt-8">
      {state.kind !== 'not_connected' && (
        <StateLine integration={integration} state={state} now={now} />
      )}
      <h2 id="asks" className="mt-8 mb-3 text-large">
        {words.asks}
      </h2>
      <ScopeList scopes={scopesOf(integration, integration.asks)} empty={words.asksNothing} />
      <a href={href} className="button button-next mt-6">
        {texts.actions.connect}
        <ActionObject provider={provider.name} />
      </a>
    </section>
  )
}
