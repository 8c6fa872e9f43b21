import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { openRows } from '#e2e/rows'
import { type Person, seedGrants } from './harness/grants.ts'
import { type Effort, interleave, underLoad } from './harness/interleave.ts'
import { openPlace, type Place } from './harness/place.ts'
import { alone, compared, type Line } from './harness/report.ts'
import type { Served } from './harness/serve.ts'
import { serveApp, serveNextPeer } from './harness/servers.ts'
import { sessions } from './harness/sessions.ts'

const rowsShown = 50

/** The integrations page of somebody with fifty connections. */
export async function page(effort: Effort): Promise<Line[]> {
  const place = await openPlace()
  const { app, empty, cookie } = await startAll(place)
  try {
    const measured = await interleave(
      {
        ours: underLoad(app, () => ({ path: '/integrations', headers: { cookie } })),
        naive: underLoad(empty, () => ({ path: '/rows' })),
      },
      effort,
    )
    const [ours, floor, naive] = await Promise.all([
      weigh(app, '/integrations', cookie),
      weigh(empty, '/'),
      weigh(empty, '/rows'),
    ])
    const part = 'page'
    const what = `integrations page, ${rowsShown} rows`
    const beside = `a bare list of ${rowsShown} × 13 elements, no login`
    return [
      compared({
        ...{ part, what: `${what}: CPU`, unit: 'ms CPU', ours: measured.ours.cpuUs / 1000 },
        ...{ beside, besideValue: measured.naive.cpuUs / 1000 },
      }),
      compared({
        ...{ part, what: `${what}: HTML`, unit: 'kB gzip', ours: ours.html / 1000 },
        ...{ beside, besideValue: naive.html / 1000 },
      }),
      compared({
        ...{
          part,
          what: 'integrations page: JavaScript',
          unit: 'kB gzip',
          ours: ours.scripts / 1000,
        },
        ...{ beside: 'an empty Next page', besideValue: floor.scripts / 1000, aim: { most: 1.05 } },
      }),
      alone({ part, what: `${what}: HTML, not compressed`, unit: 'kB', ours: ours.plain / 1000 }),
    ]
  } finally {
    await Promise.all([app.stop(), empty.stop()])
    await place.close()
  }
}

async function startAll(place: Place) {
  const databaseUrl = await place.newFile('page')
  const env = await place.envFor(databaseUrl)
  const seeding = { databaseUrl, keys: env.VAULT_KEYS ?? '', issuer: place.issuer.name }
  const [person] = await seedGrants({ ...seeding, count: 1 })
  if (!person) throw new Error('Nobody was seeded')
  await seedMore(databaseUrl, person)
  const [cookie = ''] = await sessions(env, [person])
  const [app, empty] = await Promise.all([serveApp(env), serveNextPeer('empty')])
  return { app, empty, cookie }
}

/** Copies of the one connection that there is, each of another account. */
async function seedMore(databaseUrl: string, { userId }: Person): Promise<void> {
  const rows = openRows(databaseUrl)
  const columns = 'user_id, provider, status, scope, requested_scope, access_token, refresh_token'
  const times = 'access_token_expires_at, connected_at, created_at, updated_at'
  for (let n = 1; n < rowsShown; n += 1)
    await rows.execute(
      `insert into grants (id, account_id, account_label, ${columns}, ${times})
       select '${randomUUID()}', 'account_${n}', 'Account ${n}', ${columns}, ${times}
       from grants where user_id = '${userId}' limit 1`,
    )
  await rows.close()
}

type Weight = { html: number; plain: number; scripts: number }

/** What a page weighs, and what its scripts do that a browser of today loads with it. */
async function weigh({ url }: Served, path: string, cookie = ''): Promise<Weight> {
  const response = await fetch(url + path, { headers: { cookie } })
  const html = await response.text()
  if (response.status !== 200) throw new Error(`${path} answered ${response.status}`)
  const tags = html.match(/<script[^>]*\ssrc="[^"]+"[^>]*>/g) ?? []
  const sources = tags
    .filter((tag) => !/nomodule/i.test(tag))
    .map((tag) => /\ssrc="([^"]+)"/.exec(tag)?.[1]?.replaceAll('&amp;', '&') ?? '')
  const sizes = await Promise.all([...new Set(sources)].map((source) => sizeOf(url + source)))
  const scripts = sizes.reduce((sum, size) => sum + size, 0)
  return { html: gzipSync(html).length, plain: html.length, scripts }
}

async function sizeOf(url: string): Promise<number> {
  const body = Buffer.from(await (await fetch(url)).arrayBuffer())
  return gzipSync(body, { level: 9 }).length
}
