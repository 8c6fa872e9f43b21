import type { EventView } from '#lib/audit'
import { asErrorCode } from '#lib/errors'
import { errorSentence, texts } from '../../texts.ts'

/** An event, or several of a kind in a row. */
export type EventLine = EventView

const foldable = new Set<string>(['refreshed', 'used', 'refresh_failed'])

/** Folds what repeats itself (renewals, uses) into one line, the newest moment kept. */
export function foldEvents(events: EventView[]): EventLine[] {
  const lines: EventLine[] = []
  for (const event of events) {
    const last = lines.at(-1)
    if (last && isSame(last, event)) last.times += event.times
    else lines.push({ ...event })
  }
  return lines
}

/** An event in plain words. */
export function sentenceOf(line: EventLine): string {
  const { events, actions } = texts
  const object = actions.object(line.providerName ?? events.someService, line.account)
  const byYou = line.actor === 'user' ? events.byYou : {}
  const sentence = { ...events, ...byYou }[line.type](object)
  const times = line.times > 1 ? `, ${events.times(line.times)}` : ''
  return `${sentence}${reasonOf(line)}${times}`
}

function reasonOf(line: EventLine): string {
  const code = asErrorCode(line.detail.code ?? line.detail.error)
  return code ? `: ${lowerFirst(errorSentence(code, line.providerName ?? undefined).what)}` : ''
}

/** Lower case only where the sentence begins with one of our own words, not with a name. */
function lowerFirst(sentence: string): string {
  return sentence.replace(/^(?:You|The|That|We|Something|This)\b/, (word) => word.toLowerCase())
}

function isSame(a: EventView, b: EventView): boolean {
  return (
    foldable.has(a.type) &&
    a.type === b.type &&
    a.provider === b.provider &&
    a.account === b.account &&
    a.actor === b.actor &&
    a.at.toDateString() === b.at.toDateString()
  )
}
