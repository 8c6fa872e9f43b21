/** The client of a request by basic or post authentication; undefined unless exactly one is right. */
export function isClient(
  client: { id: string; secret: string },
  { authorization, form }: { authorization: string | undefined; form: URLSearchParams },
): boolean {
  const posted = form.get('client_secret')
  if (authorization !== undefined && posted !== null) return false
  if (authorization === undefined)
    return form.get('client_id') === client.id && posted === client.secret
  const [, encoded] = /^Basic (\S+)$/i.exec(authorization) ?? []
  const pair = Buffer.from(encoded ?? '', 'base64').toString('utf8')
  const [id = '', secret = ''] = [
    pair.slice(0, pair.indexOf(':')),
    pair.slice(pair.indexOf(':') + 1),
  ]
  return unescapeForm(id) === client.id && unescapeForm(secret) === client.secret
}

/** RFC 6749 §2.3.1: id and secret are form-encoded before they are joined. */
function unescapeForm(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
