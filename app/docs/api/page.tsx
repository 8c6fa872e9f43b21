import type { Metadata } from 'next'
import { texts } from '../../texts.ts'
import { PlainPage } from '../../ui/plain-page.tsx'
import { referenceHtml } from './reference.tsx'

const words = texts.docs

export const metadata: Metadata = { title: words.title }

/** The HTTP API, made from its OpenAPI description: for developers, with or without JavaScript. */
export default function ApiPage() {
  return (
    <PlainPage>
      <h1 className="text-title">{words.title}</h1>
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: our own description, escaped as it was made */}
      <div dangerouslySetInnerHTML={{ __html: referenceHtml() }} />
    </PlainPage>
  )
}
