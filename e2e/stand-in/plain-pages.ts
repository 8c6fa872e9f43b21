import { type Html, html, page } from './page.ts'

export type PlainUser = { id: string; name: string }

/** Plain Notes' consent page: one button a person, and a way out. */
export function plainConsentPage(asked: { users: readonly PlainUser[]; query: string }): Html {
  return page({
    title: 'Authorize Grantkeeper · Plain Notes',
    style,
    body: html`<header>${mark} Plain Notes</header>
<main>
  <h1>Authorize Grantkeeper?</h1>
  <p>It will be able to <strong>read your notes</strong>, and to know your name. It will not be able to change anything.</p>
  <form method="post" action="/oauth/authorize?${asked.query}">
    ${asked.users.map(({ id, name }) => html`<button name="user" value="${id}">Authorize as ${name}</button>`)}
    <button class="quiet" name="user" value="">Cancel</button>
  </form>
</main>
<footer>Plain Notes is a local stand-in for a third party.</footer>`,
  })
}

/** Where a person takes access away: nobody else can, since there is no revocation endpoint. */
export function plainConnectionsPage(
  shown: readonly { user: PlainUser; isConnected: boolean }[],
): Html {
  return page({
    title: 'Connected apps · Plain Notes',
    style,
    body: html`<header>${mark} Plain Notes</header>
<main>
  <h1>Connected apps</h1>
  <form method="post" action="/connections">${shown.map(connection)}</form>
</main>
<footer>Plain Notes is a local stand-in for a third party.</footer>`,
  })
}

export function plainProblemPage(problem: string): Html {
  return page({
    title: 'Cannot authorize · Plain Notes',
    style,
    body: html`<header>${mark} Plain Notes</header><main><h1>Cannot authorize</h1><p>${problem}</p></main>`,
  })
}

function connection({ user, isConnected }: { user: PlainUser; isConnected: boolean }): Html {
  return isConnected
    ? html`<p>${user.name}: Grantkeeper can read the notes.</p>
  <button class="quiet" name="user" value="${user.id}">Remove Grantkeeper from ${user.name}</button>`
    : html`<p>${user.name}: no app has access.</p>`
}

const mark = html`<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.5">
  <path d="M5 2.5h10l4 4v15H5z"/><path d="M8 10h8M8 13.5h8M8 17h5"/></svg>`

const style = `
:root { color-scheme: light; }
body { font: 1.0625rem/1.6 Georgia, "Iowan Old Style", "Times New Roman", serif; color: #1c1b17; background: #f4f1e6;
  background-image: repeating-linear-gradient(transparent 0 2.2rem, #e2dcc8 2.2rem calc(2.2rem + 1px)); padding: 1.5rem; }
header, main, footer { max-width: 34rem; margin-inline: auto; }
header { display: flex; align-items: center; gap: .5rem; font-style: italic; padding-bottom: 1.5rem; }
main { background: #fffef9; border: 1px solid #1c1b17; padding: 2rem; box-shadow: .4rem .4rem 0 #1c1b17; }
h1 { font-size: 1.75rem; font-weight: 400; line-height: 1.2; margin-bottom: .75rem; }
form { display: flex; flex-direction: column; gap: .6rem; margin-top: 1.75rem; }
button { font: inherit; padding: .7rem 1rem; border: 1px solid #1c1b17; background: #1c1b17; color: #fffef9; cursor: pointer; text-align: left; }
button.quiet { background: none; color: #1c1b17; } button:hover { text-decoration: underline; }
:focus-visible { outline: 3px solid #14509c; outline-offset: 2px; }
footer { padding-top: 2rem; font-size: .9rem; color: #57543f; }
`
