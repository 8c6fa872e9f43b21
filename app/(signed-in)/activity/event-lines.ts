import type { EventView } from '#lib/audit'
import { texts } from '../../texts.ts'
import { dayKey } from '../../when.ts'
import { isProxy } from '../caller-name.ts'
import { reasonOfEnd, reasonOfFailure } from '../reasons.ts'

/** An event, or several of a kind in one day, with the newest's moment. */
export type EventLine = EventView

const foldable = new Set<string>(['used', 'vend_refused', 'refreshed', 'refresh_failed'])

/**
 * Folds what repeats itself (uses by one caller, renewals) into one line a day. What somebody decided
 * is never folded, and nothing is folded across it: before and after stay apart.
 * @returns at most `limit` lines, and how many of the events they are made of
 */
export function foldEvents(
  events: EventView[],
  limit = Number.POSITIVE_INFINITY,
): { lines: EventLine[]; told: number } {
  const lines: EventLine[] = []
  const open = new Map<string, EventLine>()
  for (const [index, event] of events.entries()) {
    const line = foldable.has(event.type) ? open.get(keyOf(event)) : undefined
    if (line) {
      line.times += event.times
      continue
    }
    if (lines.length === limit) return { lines, told: index }
    lines.push({ ...event })
    if (foldable.has(event.type)) open.set(keyOf(event), lines.at(-1) ?? event)
    else open.clear()
  }
  return { lines, told: events.length }
}

/** An event in plain words. */
export function sentenceOf(line: EventLine): string {
  const { events, actions } = texts
  const object = actions.object(line.providerName ?? texts.someOldService, line.account)
  const sentence = { ...events, ...wordsOf(line) }[line.type](object)
  const reason = reasonOf(line)
  const times = line.times > 1 ? `, ${events.times(line.times)}` : ''
  return `${sentence}${times}${reason ? `: ${lowerFirst(reason)}` : ''}`
}

/** What depends on who did it. */
function wordsOf({ actor, detail: { caller } }: EventLine) {
  const { byYou, byYouHere, byJob } = texts.events
  if (caller) return isProxy(caller) ? byYouHere : byJob(caller)
  return actor === 'user' ? byYou : {}
}

function reasonOf({ type, providerName, detail }: EventLine): string | undefined {
  const name = providerName ?? undefined
  return type === 'reauthorization_required'
    ? reasonOfEnd(name ?? texts.someService, detail.reason)
    : reasonOfFailure(name, detail.code ?? detail.error)
}

/** Lower case only where the sentence begins with one of our own words, not with a name. */
function lowerFirst(sentence: string): string {
  return sentence.replace(/^(?:You|The|That|We|Something|Somebody|This|Our|It|A)\b/, (word) =>
    word.toLowerCase(),
  )
}

function keyOf({ at, type, provider, account, actor, detail }: EventView): string {
  const { caller, code, error } = detail
  return JSON.stringify([dayKey(at), type, provider, account, actor, caller, code ?? error])
}
