import { texts } from '../../../../texts.ts'
import { Glyph } from '../../../../ui/glyph.tsx'

/** For a link whose return address is not on the list: it leads nowhere, and says so. */
export function InvalidReturn() {
  const { title, body } = texts.confirm.invalidReturn
  return (
    <>
      <h1 className="text-title">{title}</h1>
      <p className="mt-2 max-w-prose text-quiet">{body}</p>
      <a href="/integrations" className="button mt-6">
        <Glyph name="back" />
        {texts.detail.back}
      </a>
    </>
  )
}
