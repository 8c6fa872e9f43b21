import { html } from './page.ts'

/** Acme Music's mark: an equaliser on a record. */
export const acmeMark = html`<svg viewBox="0 0 40 40" width="40" height="40" aria-hidden="true">
  <circle cx="20" cy="20" r="20" fill="var(--hot)"/>
  <path d="M9 17v6M14.5 13v14M20 8v24M25.5 14v12M31 17.5v5" stroke="var(--on-hot)" stroke-width="3.2" stroke-linecap="round"/>
</svg>`

/** Acme Music's own look: warm, round and loud, as a music company's pages are. */
export const acmeStyle = `
:root { color-scheme: light dark;
  --ground: light-dark(#fff3ea, #1d0f1c); --card: light-dark(#fffdfb, #2a1828);
  --ink: light-dark(#2d1029, #ffeee4); --soft: light-dark(#6d4a66, #d3afc6);
  --line: light-dark(#f0d5c4, #4d3049); --hot: light-dark(#c22a0c, #ff8a5c); --on-hot: light-dark(#fff, #2a0f05);
  --tint: light-dark(#ffe7d9, #3a2235); }
body { font: 1rem/1.5 "Avenir Next", Avenir, Nunito, "Trebuchet MS", system-ui, sans-serif; color: var(--ink);
  background: radial-gradient(60rem 30rem at 85% -10%, var(--tint), transparent) var(--ground);
  padding: clamp(1rem, 2.5vw, 2rem); display: grid; align-content: start; justify-items: center; gap: 1.25rem; }
.brand { display: flex; align-items: center; gap: .75rem; font-size: 1.25rem; font-weight: 800; letter-spacing: -.03em; }
main { width: 100%; max-width: 32rem; background: var(--card); border: 1px solid var(--line); border-radius: 1.75rem;
  padding: clamp(1.25rem, 4vw, 2rem); }
h1 { font-size: clamp(1.5rem, 4.5vw, 1.8rem); line-height: 1.15; letter-spacing: -.035em; font-weight: 800; margin-bottom: .75rem; }
h2, legend { font-size: .95rem; font-weight: 750; padding: 0; margin: 1.25rem 0 .4rem; } form { margin-top: 1.25rem; } legend { margin-top: 0; }
p, small { color: var(--soft); } small { display: block; font-size: .9rem; line-height: 1.4; }
.choices { display: grid; gap: .5rem; grid-template-columns: repeat(auto-fit, minmax(12.5rem, 1fr)); }
.choices label, .scopes li { display: flex; gap: .75rem; align-items: flex-start; border-radius: 1rem; padding: .5rem .7rem; overflow-wrap: anywhere; }
.choices label { border: 1.5px solid var(--line); cursor: pointer; } .choices label:has(:checked) { border-color: var(--hot); background: var(--tint); }
.scopes { display: grid; gap: .25rem; } .scopes li { padding-inline: 0; } .scopes label { display: flex; gap: .75rem; cursor: pointer; }
.scopes svg, input { flex: none; width: 1.2rem; height: 1.2rem; margin-top: .15rem; accent-color: var(--hot); }
strong { font-weight: 700; }
.actions { display: flex; flex-wrap: wrap-reverse; gap: .75rem; margin-top: 1.5rem; }
button { flex: 1 1 9rem; border-radius: 99rem; border: 1.5px solid var(--line); background: transparent; padding: .8rem 1.5rem; font-weight: 750; cursor: pointer; }
button.main { background: var(--hot); border-color: var(--hot); color: var(--on-hot); } button:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid var(--ink); outline-offset: 3px; }
nav { display: flex; gap: .5rem; margin: 1rem 0; } nav a, .tag { border-radius: 99rem; padding: .3rem .9rem; background: var(--tint); color: inherit; }
nav a[aria-current] { background: var(--hot); color: var(--on-hot); text-decoration: none; }
.apps { display: grid; gap: .75rem; } .apps li { border: 1px solid var(--line); border-radius: 1rem; padding: 1rem 1.1rem; }
.empty { border: 1.5px dashed var(--line); border-radius: 1rem; padding: 1.5rem; text-align: center; }
.now { background: var(--tint); border-radius: 1rem; padding: .8rem 1rem; margin-top: 1rem; color: var(--ink); }
.switches { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .5rem; } .switches button { flex: 0 1 auto; padding: .6rem 1.1rem; }
.refreshes { list-style: none; padding: 0; } .refreshes li { display: flex; flex-wrap: wrap; overflow-wrap: anywhere; border-bottom: 1px solid var(--line); padding: .4rem 0; }
time { color: var(--soft); font-variant-numeric: tabular-nums; flex: none; width: 7.5rem; } main a { color: inherit; } .aside, ol + p { margin-top: 1rem; }
footer { font-size: .875rem; color: var(--soft); text-align: center; } footer a { color: inherit; }
`
