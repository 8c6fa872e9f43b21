import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AcmeConnections } from './acme-connections.ts'
import { acmePage } from './acme-pages.ts'
import type { AcmeMood, AcmeRefresh, AcmeSwitches } from './acme-switches.ts'
import { type Html, html, sendPage } from './page.ts'
import { readBody } from './server.ts'

/** Shows what Acme does to the apps that are connected, and lets a visitor change it. */
export async function answerAcmeSwitches(
  { switches, connections }: { switches: AcmeSwitches; connections: AcmeConnections },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST') return sendPage(response, switchesPage(switches))
  const form = new URLSearchParams(await readBody(request))
  const mood = moods.find(({ id }) => id === form.get('mood'))
  const life = lives.find(({ seconds }) => String(seconds) === form.get('life'))
  if (mood) switches.behave(mood.id)
  if (life) switches.tokensLive(life.seconds)
  if (form.has('end')) await connections.endAll()
  // The page by GET again: a reload must not repeat what was pressed.
  response.writeHead(303, { location: '/switches', 'cache-control': 'no-store' }).end()
}

const moods: readonly { id: AcmeMood; button: string; now: string }[] = [
  {
    id: 'normal',
    button: 'Answer normally',
    now: 'Acme Music answers normally.',
  },
  {
    id: 'failing',
    button: 'Fail',
    now: 'Acme Music is down: the token endpoint and the API answer 503.',
  },
  {
    id: 'slow',
    button: 'Be slow',
    now: 'Acme Music is slow: each answer takes four seconds.',
  },
  {
    id: 'refusing',
    button: 'Refuse the app',
    now: 'Acme Music does not know the app’s secret: the token endpoint answers 401 invalid_client.',
  },
  {
    id: 'limiting',
    button: 'Limit the rate',
    now: 'Acme Music has had enough: it answers 429, and asks for twenty seconds of quiet.',
  },
]

const lives = [
  { seconds: 3600, button: 'An hour' },
  { seconds: 60, button: 'One minute' },
  { seconds: 10, button: 'Ten seconds' },
]

function switchesPage(switches: AcmeSwitches): Html {
  const mood = moods.find(({ id }) => id === switches.mood())
  return acmePage(
    'Switches',
    html`<h1>Switches</h1>
  <p>Acme Music stands in for a third party. Here it has good and bad days at the press of a button.</p>
  <p class="now" role="status"><strong>${mood?.now}</strong></p>
  <form method="post" action="/switches" aria-labelledby="moods">
    <h2 id="moods">From now on</h2>
    <div class="switches">${moods.map(({ id, button }) =>
      choice({ name: 'mood', value: id, text: button, isOn: id === mood?.id }),
    )}</div>
  </form>
  <form method="post" action="/switches" aria-labelledby="lives">
    <h2 id="lives">New access tokens live</h2>
    <div class="switches">${lives.map(({ seconds, button }) =>
      choice({
        name: 'life',
        value: String(seconds),
        text: button,
        isOn: seconds === switches.tokenLife(),
      }),
    )}</div>
  </form>
  <form method="post" action="/switches" aria-labelledby="end">
    <h2 id="end">The grants</h2>
    <p>As if everybody removed every app: the next refresh is answered with invalid_grant.</p>
    <div class="switches"><button name="end" value="all">End all grants</button></div>
  </form>
  <h2 id="refreshes">Last refreshes</h2>
  ${refreshList(switches.refreshes().slice(0, 8))}`,
  )
}

function choice(shown: { name: string; value: string; text: string; isOn: boolean }): Html {
  const { name, value, text, isOn } = shown
  const state = isOn ? html` class="main" aria-pressed="true"` : html` aria-pressed="false"`
  return html`<button name="${name}" value="${value}"${state}>${text}</button>`
}

function refreshList(refreshes: readonly AcmeRefresh[]): Html {
  if (refreshes.length === 0) return html`<p class="empty">No app has refreshed yet.</p>`
  return html`<ol class="refreshes" aria-labelledby="refreshes">${refreshes.map(
    ({ at, outcome }) =>
      html`<li><time datetime="${at.toISOString()}">${at.toISOString().slice(11, 19)} UTC</time> ${outcome}</li>`,
  )}</ol>
  <p><a href="/switches">Look again</a></p>`
}
