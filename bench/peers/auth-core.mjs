import { openAuth } from './auth.mjs'

const auth = openAuth()
const [cookies] = process.argv.slice(2).map((text) => JSON.parse(text))

// Asks for access tokens as server code does, of whoever is logged in or of a user by id, for as long
// as it is told, and answers what that cost.
process.on('message', async ({ forMs, as }) => {
  const until = performance.now() + forMs
  const before = process.cpuUsage()
  let count = 0
  while (performance.now() < until) {
    const n = count % cookies.length
    const { accessToken } = await auth.api.getAccessToken(
      as === 'session'
        ? { body: { accountId: `account${n}` }, headers: new Headers({ cookie: cookies[n] }) }
        : { body: { accountId: `account${n}`, userId: `user${n}` } },
    )
    if (!accessToken) throw new Error('no token')
    count += 1
  }
  const { user, system } = process.cpuUsage(before)
  process.send({ count, cpuUs: user + system })
})
process.send('ready')
