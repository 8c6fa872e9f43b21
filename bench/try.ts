import { apiKeys, openPlace } from './harness/place.ts'
import { seedGrants } from './harness/grants.ts'
import { startWorker } from './harness/in-app.ts'
const place = await openPlace()
try {
const url = await place.newFile('a')
const env = await place.envFor(url)
console.log((await apiKeys(env,2)))
console.time('seed')
const people = await seedGrants({databaseUrl:url, keys: env.VAULT_KEYS ?? '', issuer: place.issuer.name, count: 100000})
console.timeEnd('seed')
const w = await startWorker(env, 'bench/servers/core.ts')
const subs = people.slice(0,100).map(p=>p.sub)
for (let i=0;i<3;i++) { const r = await w.ask({verb:'vend', forMs:1000, subs}); console.log('vend', r.cpuUs/r.count) }
const tokens = await Promise.all(subs.slice(0,50).map(s=>place.issuer.userToken(s)))
for (let i=0;i<3;i++) { const r = await w.ask({verb:'list', forMs:1000, subs, tokens}); console.log('list', r.cpuUs/r.count) }
for (let i=0;i<3;i++) { const r = await w.ask({verb:'scan', forMs:1000, subs}); console.log('scan', r.cpuUs/r.count) }
console.log(await w.ask({verb:'store', forMs:0, subs}))
w.stop()
} finally { await place.close() }
