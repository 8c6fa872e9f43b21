import type { ServerResponse } from 'node:http'

/** Markup that is safe to send: only `html` makes it. */
export type Html = { readonly markup: string }

type Part = string | number | Html | readonly Html[] | false | undefined

/** A template whose values are escaped, unless they are markup themselves. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  const markup = strings.reduce((text, string, index) => text + render(parts[index - 1]) + string)
  return { markup }
}

/** A whole document. Everything is inline: no page of a stand-in loads anything. */
export function page({ title, style, body }: { title: string; style: string; body: Html }): Html {
  return {
    markup: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${base}${style}</style>
</head>
<body>
${body.markup}
</body>
</html>
`,
  }
}

export function sendPage(response: ServerResponse, document: Html, status = 200): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    // No form-action: a consent form ends at the app, and browsers check the whole chain.
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
  })
  response.end(document.markup)
}

const base = `
*, *::before, *::after { box-sizing: border-box; margin: 0; }
body { min-height: 100vh; -webkit-font-smoothing: antialiased; text-wrap: pretty; }
button, input { font: inherit; color: inherit; }
ul { list-style: none; padding: 0; }
fieldset { border: 0; padding: 0; min-width: 0; }
`

function render(part: Part): string {
  if (part === undefined || part === false) return ''
  if (typeof part === 'object')
    return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('')
  return escaped(String(part))
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
