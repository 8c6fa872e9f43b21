import { texts } from '../../texts.ts'
import { Glyph } from '../../ui/glyph.tsx'

/** For a provider that does not exist or is not offered: the two look alike. */
export default function UnknownProvider() {
  return (
    <>
      <h1 className="text-title">{texts.notFound.provider.title}</h1>
      <p className="mt-2 max-w-prose text-quiet">{texts.notFound.provider.body}</p>
      <a href="/integrations" className="button mt-6">
        <Glyph name="back" />
        {texts.detail.back}
      </a>
    </>
  )
}
