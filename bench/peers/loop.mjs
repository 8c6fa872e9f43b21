import Database from 'better-sqlite3'

/**
 * Keep-alive as a cron job mostly is written: one grant after the other. It refreshes as many as it is
 * told, and prints how many seconds that took.
 */
const [count = '60'] = process.argv.slice(2)
const database = new Database(process.env.BENCH_DATABASE)
database.pragma('journal_mode = WAL')
database.pragma('synchronous = FULL')
database.exec('create table if not exists grants (id integer primary key, tokens text)')
const store = database.prepare('insert or replace into grants values (?, ?)')
const begun = performance.now()
for (let n = 0; n < Number(count); n += 1) {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: `RT.loop${n}.0`,
    client_id: 'client',
    client_secret: 'secret',
  })
  const response = await fetch(`${process.env.BENCH_PROVIDER}/token`, { method: 'POST', body })
  store.run(n, JSON.stringify(await response.json()))
}
console.log(JSON.stringify((performance.now() - begun) / 1000))
