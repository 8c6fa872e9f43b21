import { texts } from '../../../texts.ts'
import { Glyph, type GlyphName } from '../../../ui/glyph.tsx'
import type { ScopeView } from '../scopes.ts'

const words = texts.detail

const standings = {
  granted: { icon: 'tick', ink: 'text-good', word: words.granted },
  missing: { icon: 'half', ink: 'text-warn', word: words.missing },
  extra: { icon: 'tick', ink: 'text-quiet', word: words.extra },
  asked: { icon: 'right', ink: 'text-quiet', word: undefined },
} satisfies Record<
  ScopeView['standing'],
  { icon: GlyphName; ink: string; word: string | undefined }
>

/** Scopes in plain words, each with its raw name for those who know it. */
export function ScopeList({ scopes, empty }: { scopes: ScopeView[]; empty: string }) {
  if (scopes.length === 0) return <p className="text-quiet">{empty}</p>
  return (
    <ul className="hairlines">
      {scopes.map((scope) => (
        <ScopeItem key={scope.scope} {...scope} />
      ))}
    </ul>
  )
}

function ScopeItem({ scope, title, access, standing }: ScopeView) {
  const { icon, ink, word } = standings[standing]
  return (
    <li className="grid grid-cols-[auto_1fr] gap-x-3 py-3 sm:grid-cols-[auto_1fr_auto]">
      <Glyph name={icon} className={`mt-1 ${ink}`} />
      <div className="min-w-0">
        {title && <p>{title}</p>}
        <p className={title ? 'text-quiet text-small' : undefined}>
          <code className="break-all font-mono">{scope}</code>
        </p>
      </div>
      <p className="col-start-2 text-quiet text-small sm:col-start-3 sm:mt-0.5 sm:text-end">
        {[access && words.access[access], word].filter(Boolean).join(' · ')}
      </p>
    </li>
  )
}
