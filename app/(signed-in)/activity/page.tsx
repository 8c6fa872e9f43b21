import type { Metadata } from 'next'
import { z } from 'zod'
import { texts } from '../../texts.ts'
import { Empty } from '../../ui/empty.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { clock, day, dayKey, exact } from '../../when.ts'
import { orExplain, signedIn } from '../signed-in.ts'
import { type EventLine, sentenceOf } from './event-lines.ts'
import { linesOf } from './lines.ts'

const words = texts.activity
const query = z.object({ before: z.string().max(200).optional().catch(undefined) })

export const metadata: Metadata = { title: words.title }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

/** The person's own audit trail, by day. */
export default async function ActivityPage({ searchParams }: Props) {
  const user = await signedIn('/activity')
  const { before } = query.parse(await searchParams)
  const { lines, next } = await orExplain(() => linesOf(user, { before, limit: 50 }))
  return (
    <>
      <h1 className="text-title">{words.title}</h1>
      <p className="mt-1 text-quiet">
        {words.lead} {texts.utc}
      </p>
      <div className="mt-8 grid gap-8">
        {lines.length === 0 && <Empty {...words.empty} />}
        {[...byDay(lines)].map(([key, ofDay]) => (
          <Day key={key} name={key} lines={ofDay} now={new Date()} />
        ))}
      </div>
      <Pages next={next} isFirst={!before} />
    </>
  )
}

function byDay(lines: EventLine[]): Map<string, EventLine[]> {
  return Map.groupBy(lines, ({ at }) => dayKey(at))
}

function Day(props: { name: string; lines: EventLine[]; now: Date }) {
  const [first] = props.lines
  return (
    <section aria-labelledby={`day-${props.name}`}>
      <h2 id={`day-${props.name}`} className="mb-2 text-base">
        {first && dayName(first.at, props.now)}
      </h2>
      <ul className="hairlines">
        {props.lines.map((line) => (
          <li key={line.id} className="grid grid-cols-[3.5rem_1fr] py-3">
            <time
              dateTime={line.at.toISOString()}
              title={exact(line.at)}
              className="text-quiet tabular"
            >
              {clock(line.at)}
            </time>
            <span className="min-w-0 break-words">
              {line.type === 'security' && (
                <Glyph name="warning" className="me-1.5 inline align-[-0.1875rem] text-bad" />
              )}
              {sentenceOf(line)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function dayName(at: Date, now: Date): string {
  const yesterday = new Date(now.getTime() - 86_400_000)
  if (dayKey(at) === dayKey(now)) return words.today
  return dayKey(at) === dayKey(yesterday) ? words.yesterday : day(at)
}

function Pages({ next, isFirst }: { next: string | null; isFirst: boolean }) {
  return (
    <p className="mt-8 flex flex-wrap gap-3">
      {!isFirst && (
        <a href="/activity" className="button">
          {words.newest}
        </a>
      )}
      {next && (
        <a href={`/activity?before=${encodeURIComponent(next)}`} className="button">
          {words.older}
        </a>
      )}
    </p>
  )
}
