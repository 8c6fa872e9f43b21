import assert from 'node:assert/strict'
import { visitor } from '#e2e/browser-client'
import { startNpm } from './npm-process.ts'

/** `npm run demo:job` beside the demo at `port`: unconnected, at work, in an outage, and after it. */
export async function demoJobWalk(port: number): Promise<void> {
  const acme = `http://127.0.0.1:${port + 2}`
  const demo = startNpm('demo', port)
  const job = startNpm('demo:job', port)
  try {
    assert.equal(await job.ended, 1)
    assert.match(job.said(), /The demo does not answer .* npm run demo/)
    await demo.until(/npm run demo:job[\s\S]*\/switches[\s\S]*Ctrl-C stops all of it/)
    await atWork({ acme, port })
    await demoEnds(demo)
  } finally {
    demo.signalGroup('SIGKILL')
    job.signalGroup('SIGKILL')
  }
}

async function atWork({ acme, port }: { acme: string; port: number }): Promise<void> {
  const job = startNpm('demo:job', port)
  try {
    await job.until(/not_connected: Alice has not connected/)
    await press(acme, { life: '10' })
    await connectAsAlice(`http://localhost:${port}`)
    await job.until(/✓ {2}Read 2 playlists of Ada Lovelace/)
    await press(acme, { mood: 'failing' })
    await job.until(/Acme's API answers 503/)
    await job.until(/temporarily_unavailable: Acme does not answer/)
    await press(acme, { mood: 'normal' })
    await job.until(/temporarily_unavailable[\s\S]*✓ {2}Read 2 playlists/)
    assert.match(await (await fetch(`${acme}/switches`)).text(), /fresh tokens/)
    assert.doesNotMatch(job.said(), /[\w-]{40}/, 'a token or key was printed')
  } finally {
    job.signalGroup('SIGINT')
  }
}

async function press(acme: string, button: Record<string, string>): Promise<void> {
  const body = new URLSearchParams(button)
  const { ok } = await fetch(`${acme}/switches`, { method: 'POST', body })
  assert.ok(ok, 'the page of switches does not work')
}

async function connectAsAlice(appUrl: string): Promise<void> {
  const alice = visitor({ name: 'alice', appUrl })
  await alice.login('alice')
  const start = { headers: { 'sec-fetch-site': 'same-origin' } }
  const consent = await alice.follow('/api/integrations/acme/start', start)
  const { url } = await alice.follow(consent.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'account=ada&decision=allow&scope=playlists.write',
  })
  assert.equal(url.searchParams.get('status'), 'connected', `connecting ended at ${url}`)
}

async function demoEnds({ signalGroup, ended }: ReturnType<typeof startNpm>): Promise<void> {
  signalGroup('SIGINT')
  await ended
}
