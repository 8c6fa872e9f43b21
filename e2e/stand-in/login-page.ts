import { type Html, html, page } from './page.ts'

export type LoginUser = { login: string; sub: string; name: string; email: string }

/** The issuer's only screen: who are you? One button a user, no passwords. */
export function loginPage({ users, path }: { users: readonly LoginUser[]; path: string }): Html {
  return page({
    title: 'Log in · Northgate',
    style,
    body: html`<main>
  <header>${mark}<p>Northgate</p></header>
  <h1>Log in</h1>
  <p class="lead">This issuer stands in for your Auth0 tenant. Choose who you are: there are no passwords here.</p>
  <form method="post" action="${path}" aria-label="Users">
    <ul>${users.map(choice)}</ul>
  </form>
</main>
<footer><p>A local stand-in. Nothing leaves this machine.</p></footer>`,
  })
}

/** What the issuer says when something cannot go on: a stale page, a bad request. */
export function loginProblemPage(problem: string): Html {
  return page({
    title: 'This login cannot go on · Northgate',
    style,
    body: html`<main>
  <header>${mark}<p>Northgate</p></header>
  <h1>This login cannot go on</h1>
  <p class="lead">Go back to the app and log in again. What was wrong: ${problem}</p>
</main>`,
  })
}

function choice({ login, name, email }: LoginUser): Html {
  return html`<li><button name="user" value="${login}">
    <span class="initial" aria-hidden="true">${name.slice(0, 1)}</span>
    <span><strong>${name}</strong> <small>${email}</small></span>
  </button></li>`
}

const mark = html`<svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
  <path d="M4 29V14a12 12 0 0 1 24 0v15h-6V14a6 6 0 0 0-12 0v15z" fill="currentColor"/>
  <path d="M16 12l4 8h-8z" fill="currentColor"/></svg>`

const style = `
:root { color-scheme: light dark;
  --ground: light-dark(#eef2f7, #0b1220); --card: light-dark(#fff, #131d30);
  --ink: light-dark(#10203a, #e8eef8); --soft: light-dark(#4a5b76, #a3b3cc);
  --line: light-dark(#d3dce8, #2a3955); --mark: light-dark(#1f4fbf, #8db4ff); }
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground);
  display: grid; grid-template: 1fr auto / minmax(0, 1fr); justify-items: center; align-items: center; padding: 1.5rem; }
main { width: 100%; max-width: 26rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 1rem; padding: 2.25rem 2rem; box-shadow: 0 1.5rem 3rem -2rem rgb(15 35 75 / .35); }
header { display: flex; align-items: center; gap: .6rem; color: var(--mark); font-weight: 650; letter-spacing: -.01em; }
h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -.02em; margin: 1.5rem 0 .4rem; }
.lead, footer { color: var(--soft); } .lead { margin-bottom: 1.5rem; } footer { font-size: .875rem; padding-top: 1.5rem; }
ul { display: grid; gap: .6rem; }
button { width: 100%; display: flex; align-items: center; gap: .9rem; text-align: left; cursor: pointer;
  padding: .75rem .9rem; border-radius: .75rem; border: 1px solid var(--line); background: transparent; }
button:hover { border-color: var(--mark); } button:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
strong, small { display: block; overflow-wrap: anywhere; } small { color: var(--soft); font-size: .875rem; }
.initial { flex: none; width: 2.4rem; height: 2.4rem; border-radius: 50%; display: grid; place-items: center;
  font-weight: 650; color: var(--card); background: var(--mark); }
`
