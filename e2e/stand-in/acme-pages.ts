import { acmeAccounts, acmeScopes } from './acme-accounts.ts'
import type { AcmeConnection } from './acme-connections.ts'
import { acmeMark, acmeStyle } from './acme-style.ts'
import { type Html, html, page } from './page.ts'

/** Who consents, to what, and allow or deny: all on one page, also without JavaScript. */
export function acmeConsentPage(asked: { path: string; app: string; scopes: string[] }): Html {
  const named = asked.scopes.filter((scope) => Object.hasOwn(acmeScopes, scope))
  return acmePage(
    `Connect ${asked.app}`,
    html`<h1>${asked.app} wants to use your Acme Music account</h1>
  <p>You decide, and you can take it back at any time in ${asked.app}.</p>
  <form method="post" action="${asked.path}">
    <fieldset><legend>Your account</legend><div class="choices">${acmeAccounts.map(accountChoice)}</div></fieldset>
    <h2 id="scopes">${asked.app} will be able to</h2>
    <ul class="scopes" aria-labelledby="scopes">${named.map(scopeLine)}</ul>
    <div class="actions">
      <button name="decision" value="deny">Deny</button>
      <button name="decision" value="allow" class="main">Allow</button>
    </div>
  </form>`,
  )
}

/** Which apps have access to one account now. */
export function acmeConnectionsPage(shown: {
  account: (typeof acmeAccounts)[number]
  connections: readonly AcmeConnection[]
}): Html {
  const { account, connections } = shown
  return acmePage(
    'Connected apps',
    html`<h1>Connected apps</h1>
  <p>These apps have access to your Acme Music account now.</p>
  <nav aria-label="Account">${acmeAccounts.map(
    ({ login, name }) =>
      html`<a href="/connections?account=${login}"${login === account.login ? html` aria-current="page"` : ''}>${name}</a>`,
  )}</nav>
  ${
    connections.length > 0
      ? html`<ul class="apps">${connections.map(connectionLine)}</ul>`
      : html`<p class="empty">No app has access to ${account.name}’s account.</p>`
  }
  <p class="aside">Want a bad day? <a href="/switches">Let Acme Music fail, slow down or forget.</a></p>`,
  )
}

export function acmeProblemPage(problem: string): Html {
  return acmePage(
    'That did not work',
    html`<h1>That did not work</h1><p>Go back to the app and try again. What was wrong: ${problem}</p>`,
  )
}

/** The frame of every page of Acme's. */
export function acmePage(title: string, body: Html): Html {
  return page({
    title: `${title} · Acme Music`,
    style: acmeStyle,
    body: html`<header class="brand">${acmeMark}<span>Acme Music</span></header>
<main>${body}</main>
<footer><p>Acme Music is a local stand-in for a third party. <a href="/connections">Connected apps</a> · <a href="/switches">Switches</a></p></footer>`,
  })
}

function accountChoice({ login, name, email }: (typeof acmeAccounts)[number], index: number): Html {
  return html`<label><input type="radio" name="account" value="${login}"${index === 0 ? html` checked` : ''}>
    <span><strong>${name}</strong><small>${email}</small></span></label>`
}

function scopeLine(scope: string): Html {
  const words = acmeScopes[scope]
  const text = html`<span><strong>${words?.title ?? scope}</strong><small>${words?.detail ?? ''}</small></span>`
  if (words?.optional)
    return html`<li><label><input type="checkbox" name="scope" value="${scope}" checked>${text}</label></li>`
  return html`<li><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M4 10.5 8.5 15 16 5.5" fill="none" stroke="var(--hot)" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"/></svg>${text}</li>`
}

function connectionLine({ app, scopes, since }: AcmeConnection): Html {
  const words = scopes.map((scope) => acmeScopes[scope]?.title).filter((title) => title)
  return html`<li><strong>${app}</strong><small>${words.join(' · ')}</small><small>Since ${since.toISOString().slice(0, 16).replace('T', ' ')} UTC</small></li>`
}
