import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Denial, meaningOf } from './demo-job-words.ts'
import { readEnvFile } from './env-file.ts'
import { root } from './run.ts'

/**
 * A backend job as one would write it: now and then it needs Alice's playlists, and never holds anything
 * of hers but an access token for one call. Started by `npm run demo:job` while the demo runs.
 */
const { DEMO_API_KEY = '', DEMO_PORT = '3000' } = readEnvFile(join(root, '.env.demo'))
const port = Number(process.env.PORT || DEMO_PORT)
const appUrl = `http://localhost:${port}`
const acmeUrl = `http://127.0.0.1:${port + 2}`
const pauseS = 3

type Vended = { access_token: string; expires_in?: number; account: { label: string | null } }

/** `waitS`: how long the other side wants to be left alone. */
type Outcome = { mark: '✓' | '·'; said: string; waitS?: number }

/** Laid over the next request for a token. */
let wish: { grant?: string; min_ttl?: number } = {}

process.on('disconnect', () => process.exit(0))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))

await assertDemo()
console.log(`
  Every ${pauseS} seconds this job asks Grantkeeper for an access token of Alice's at Acme Music, and
  reads her playlists with it. Times are UTC, as on Acme's page of switches: ${acmeUrl}/switches
  Ctrl-C ends the job.
`)
for (;;) {
  const { mark, said, waitS = 0 } = await work()
  const waits = waitS > pauseS ? ` Next try in ${Math.min(waitS, 60)} s.` : ''
  console.log(`${new Date().toISOString().slice(11, 19)}  ${mark}  ${said}${waits}`)
  await sleep(Math.min(Math.max(waitS, pauseS), 60) * 1000)
}

async function assertDemo(): Promise<void> {
  const health = await fetch(`${appUrl}/api/health`).catch(() => undefined)
  if (health?.ok && DEMO_API_KEY) return
  console.error(`The demo does not answer at ${appUrl}. Start it with npm run demo, then start the job again.
Where the demo has another port, so has the job: PORT=4000 npm run demo:job`)
  process.exit(1)
}

async function work(): Promise<Outcome> {
  const answer = await askForToken().catch(() => undefined)
  if (!answer) return { mark: '·', said: `Nobody answers at ${appUrl}: has the demo ended?` }
  return answer.ok ? readPlaylists(await answer.json()) : explain(await answer.json(), answer)
}

function askForToken(): Promise<Response> {
  return fetch(`${appUrl}/api/integrations/acme/token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${DEMO_API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'auth0|alice', ...wish }),
  })
}

async function readPlaylists({ access_token, expires_in, account }: Vended): Promise<Outcome> {
  const headers = { authorization: `Bearer ${access_token}` }
  const response = await fetch(`${acmeUrl}/api/playlists`, { headers }).catch(() => undefined)
  const life = expires_in === undefined ? '' : `; the token is good for ${expires_in} s`
  if (!response?.ok) return refusedByAcme(response)
  const { min_ttl: _, ...kept } = wish
  wish = kept
  const { playlists } = await response.json()
  return { mark: '✓', said: `Read ${playlists.length} playlists of ${account.label}${life}.` }
}

function refusedByAcme(response: Response | undefined): Outcome {
  // As fresh a token as there can be: the one that was refused is not asked for again.
  if (response?.status === 401) wish = { ...wish, min_ttl: 86_400 }
  const said = response ? `answers ${response.status}` : 'does not answer'
  const meaning =
    response?.status === 401
      ? 'It takes this token no more. The job asks for a newer one.'
      : 'The token is good, its API is not: the job tries again.'
  return { mark: '·', said: `Acme's API ${said}. ${meaning}`, waitS: waitOf(response) }
}

/** What a job is told when there is no token: a code, and what helps. */
function explain(denial: Denial, answer: Response): Outcome {
  const [choice] = denial.choices ?? []
  if (choice) wish = { ...wish, grant: choice.grant }
  if (denial.code === 'not_connected') wish = {}
  const said = `${denial.code}: ${meaningOf(denial, appUrl)}`
  return { mark: '·', said, waitS: waitOf(answer) }
}

/** RFC 9110 §10.2.3, in seconds. */
function waitOf(response: Response | undefined): number {
  return Number(response?.headers.get('retry-after')) || 0
}
