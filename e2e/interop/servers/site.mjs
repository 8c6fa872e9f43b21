import express from 'express'

/** What the suite gives each server: where it listens, what it is called, and who its clients are. */
export const { port, url, clients } = JSON.parse(process.env.INTEROP)

/** The people who have an account at each server. */
export const people = {
  alice: { id: 'u-alice', name: 'Alice Baker', email: 'alice@example.com' },
  bob: { id: 'u-bob', name: 'Bob Carter', email: 'bob@example.com' },
}

/**
 * What libraries leave to the site around them: a login without passwords, and a page of consent that
 * posts the parameters of the authorization request back. A denial is written by the site too.
 */
export function site() {
  const app = express()
  app.use(express.urlencoded({ extended: false }), express.json())
  app.post('/login', (req, res) => res.cookie('person', req.body.person).send('Hello'))
  return app
}

/** Who is logged in here, or undefined. */
export function personOf(req) {
  return people[/(?:^|; )person=(\w+)/.exec(req.headers.cookie ?? '')?.[1]]
}

/** @param fields what the form sends along with the decision */
export function askConsent(res, action, fields) {
  const hidden = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`,
  )
  const button = (name) => `<button name="decision" value="${name}">${name}</button>`
  res.send(
    `<form method="post" action="${action}">${hidden.join('')}${button('allow')}${button('deny')}</form>`,
  )
}

/** The answer of a user who says no (RFC 6749 §4.1.2.1). */
export function deny(res, { redirect_uri, state }) {
  const query = new URLSearchParams({ error: 'access_denied', state })
  res.redirect(`${redirect_uri}?${query}`)
}

export function listen(app) {
  app.listen(port, '127.0.0.1', ready)
}

/** The suite waits for this line. */
export function ready() {
  console.log('ready')
}

function escaped(text) {
  return String(text).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
