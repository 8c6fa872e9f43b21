import type { ReactNode } from 'react'
import { Glyph, type GlyphName } from './glyph.tsx'

/** How something stands: a drawing, and beside it the words that say the same. */
export function Line(props: { icon: GlyphName; ink: string; children: ReactNode }) {
  return (
    <p className="flex gap-1.5">
      <Glyph name={props.icon} className={`mt-1 ${props.ink}`} />
      <span className="min-w-0">{props.children}</span>
    </p>
  )
}
