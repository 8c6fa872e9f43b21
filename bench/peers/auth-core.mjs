import { openAuth } from './auth.mjs'

const auth = openAuth()
const [users = '100'] = process.argv.slice(2)

// Asks for access tokens as server code does, for as long as it is told, and answers what that cost.
process.on('message', async ({ forMs }) => {
  const until = performance.now() + forMs
  const before = process.cpuUsage()
  let count = 0
  while (performance.now() < until) {
    const n = count % Number(users)
    const body = { accountId: `account${n}`, userId: `user${n}` }
    const { accessToken } = await auth.api.getAccessToken({ body })
    if (!accessToken) throw new Error('no token')
    count += 1
  }
  const { user, system } = process.cpuUsage(before)
  process.send({ count, cpuUs: user + system })
})
process.send('ready')
