import { isMendable, type Standing } from '#lib/integrations/state'
import { texts } from '../../texts.ts'
import { Line } from '../../ui/line.tsx'
import { Time } from '../../ui/time.tsx'
import { reasonOfEnd } from '../reasons.ts'

const { states } = texts

type Kinds = 'expiring' | 'reauthorization_required' | 'refused' | 'unavailable' | 'misconfigured'
type Broken<Kind extends Kinds> = Extract<Standing, { kind: Kind }>
type Props<Kind extends Kinds> = { name: string; standing: Broken<Kind>; now: Date }

/** What no longer works, or soon will not: whose fault it is, and whether the person can do something. */
export function Broken({ name, standing, now }: Props<Kinds>) {
  switch (standing.kind) {
    case 'expiring':
      return (
        <Line icon="clock" ink="text-warn">
          {states.expiring} <Time at={standing.until} now={now} />. {states.expiringTodo}
        </Line>
      )
    case 'reauthorization_required':
      return <Over name={name} standing={standing} now={now} />
    case 'refused':
      return <Refused name={name} standing={standing} now={now} />
    default:
      return <Troubled name={name} standing={standing} now={now} />
  }
}

function Over({ name, standing, now }: Props<'reauthorization_required'>) {
  return (
    <Line icon="warning" ink="text-warn">
      {reasonOfEnd(name, standing.reason) ?? states.reauthorize.other(name)} (
      <Time at={standing.since} now={now} />
      ). {states.reauthorizeTodo}
    </Line>
  )
}

function Refused({ name, standing: { since, worksUntil }, now }: Props<'refused'>) {
  return (
    <Line icon="warning" ink={worksUntil ? 'text-quiet' : 'text-warn'}>
      <WorksUntil at={worksUntil} now={now} />
      {states.refused(name)} <Time at={since} now={now} />. {states.refusedTodo}
    </Line>
  )
}

function WorksUntil({ at, now }: { at: Date | null; now: Date }) {
  if (!at) return null
  return (
    <>
      {states.worksUntil} <Time at={at} now={now} />.{' '}
    </>
  )
}

function Troubled({ name, standing, now }: Props<'unavailable' | 'misconfigured'>) {
  const { kind, code, since, reference, worksUntil } = standing
  const { began, lasts } = states.trouble[code]
  return (
    <Line
      icon={kind === 'unavailable' ? 'cloud' : 'wrench'}
      ink={worksUntil ? 'text-quiet' : 'text-warn'}
    >
      <WorksUntil at={worksUntil} now={now} />
      {since ? (
        <>
          {began(name)} <Time at={since} now={now} />
        </>
      ) : (
        lasts(name)
      )}
      . {isMendable(standing) ? states.troubleTodo.mendable[kind] : states.troubleTodo[kind]}
      {reference && (
        <>
          {' '}
          {states.reference} <code className="whitespace-nowrap font-mono">{reference}</code>
        </>
      )}
    </Line>
  )
}
