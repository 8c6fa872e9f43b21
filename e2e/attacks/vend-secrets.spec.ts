import { apiKey, keysCommand } from '../api-key.ts'
import { expireAll } from '../crowd.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { machineToken } from '../machine-token.ts'
import { askForToken, bearer, vend } from '../token-request.ts'

const user = 'auth0|alice'

test('TA-08 an answer holds the access token and what is said about it, and nothing else', async ({
  alice,
  world,
}) => {
  await connect(alice)
  const authorization = bearer(await apiKey(world))
  const allowed = ['access_token', 'token_type', 'expires_in', 'scope', 'grant', 'account']
  for (let n = 0; n < 2; n += 1) {
    const answer = await askForToken(world, { authorization, body: { user } })
    const vended = JSON.parse(answer.body)
    expect(Object.keys(vended).sort()).toEqual([...allowed].sort())
    expect(Object.keys(vended.account).sort()).toEqual(['id', 'label'])
    expect(vended.token_type).toBe('Bearer')
    expect(answer.body.match(/_cnry_/g)).toHaveLength(1)
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(JSON.stringify(answer.headers)).not.toContain('_cnry_')
    await expireAll(world)
  }
})

test('TA-08 neither refresh tokens nor client secrets nor keys leave by any way', async ({
  alice,
  world,
}) => {
  await connect(alice)
  await connect(alice, 'plain')
  const key = await apiKey(world)
  const authorization = bearer(key)
  const machine = bearer(await machineToken(world.login))
  const bodies: string[] = []
  const ask = async (body: object, provider = 'acme') =>
    bodies.push((await askForToken(world, { authorization: machine, provider, body })).body)
  await ask({ user })
  await ask({ user }, 'plain')
  await expireAll(world)
  for (const template of ['html', 'drop', 'empty'] as const) {
    world.providers.acme.ctl({ endpoint: 'token', nth: 1, template })
    await ask({ user })
  }
  world.providers.acme.ctl({ endpoint: 'token', status: 400, body: '{"error":"RT_cnry_acme_x"}' })
  await ask({ user })
  await ask({ user, scope: 'refresh_token' })
  await vend(world, { authorization: machine, provider: 'plain', body: { user } })
  for (const path of ['/integrations', '/integrations/acme', '/integrations/plain', '/activity'])
    bodies.push((await alice.get(path)).body)
  bodies.push(await keysCommand(world, ['list']))
  const told = bodies.join('\n').replace(/"access_token":"AT_cnry_\w+_[\w-]+"/g, '')
  const secrets = Object.values(world.providers).map(({ client }) => client.secret)
  for (const secret of [...secrets, 'RT_cnry_', '_cnry_', key, authorization])
    expect(told.includes(secret), secret.slice(0, 12)).toBe(false)
  const stored = await world.rows.dump()
  expect(stored.includes(key) || stored.includes(key.slice(3, 46))).toBe(false)
  for (const secret of [key, machine.slice(7)]) expect(world.output().includes(secret)).toBe(false)
})
