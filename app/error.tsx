'use client'

import { errorPage } from './error-texts.ts'

/** When a page could not be made. Runs in the browser, so it brings along nothing but a few words. */
export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <main className="column py-20">
      <title>{errorPage.title}</title>
      <h1 className="text-title">{errorPage.title}</h1>
      <p className="mt-2 text-quiet">{errorPage.body}</p>
      <button type="button" onClick={() => location.reload()} className="button mt-6">
        {errorPage.retry}
      </button>
      {error.digest && (
        <p className="mt-6 text-quiet text-small">
          {errorPage.reference}: <code className="font-mono">{error.digest}</code>
        </p>
      )}
    </main>
  )
}
