import { exact, relative } from '../when.ts'

/** A moment as people say it, with the exact one on hover and for machines. */
export function Time({ at, now }: { at: Date; now: Date }) {
  return (
    <time dateTime={at.toISOString()} title={exact(at)}>
      {relative(at, now)}
    </time>
  )
}
