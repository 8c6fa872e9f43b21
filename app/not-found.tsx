import { texts } from './texts.ts'
import { PlainPage } from './ui/plain-page.tsx'

export default function NotFound() {
  const words = texts.notFound
  return (
    <PlainPage>
      <h1 className="text-title">{words.title}</h1>
      <p className="mt-2 text-quiet">{words.body}</p>
      <a href="/" className="button mt-6">
        {words.home}
      </a>
    </PlainPage>
  )
}
