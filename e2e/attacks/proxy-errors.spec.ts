import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'
import { callApi, expectProblem } from '../proxied.ts'
import { reconfigure } from '../reconfigure.ts'
import { listen } from '../stand-in/server.ts'
import { startSlowServer } from '../stand-in/slow-server.ts'

test('PX-18 whatever is wrong with an API, its error is ours and tells nothing of it', async ({
  alice,
  world,
}) => {
  const gone = await listen(() => {}, { name: 'gone', port: 0 })
  await gone.close()
  const slow = await startSlowServer()
  const notTls = world.attacker.url.replace('http:', 'https:')
  const api = {
    closed: `http://127.0.0.1:${gone.port}/v1/`,
    notTls: `${notTls}/v1/`,
    unknown: 'https://api.acme.invalid/v1/',
    silent: `${slow.url}/v1/`,
  }
  const restore = await reconfigure(world, { entries: { acme: { api: Object.values(api) } } })
  try {
    await connect(alice)
    const from = world.output().length
    const call = (chosen: string) =>
      callApi(alice, 'x?q=SECRET_in_a_query', { headers: { 'grantkeeper-api': chosen } })
    expectProblem(await call(api.closed), 502, 'temporarily_unavailable')
    expectProblem(await call(api.notTls), 502, 'provider_error')
    expectProblem(await call(api.unknown), 502, 'temporarily_unavailable')
    expectProblem(await call(api.silent), 504, 'temporarily_unavailable')
    expectProblem(await callApi(alice, 'x%252e'), 400, 'invalid_request')
    expect(world.output().slice(from)).toContain('proxy_refused')
    expect(world.output().slice(from)).not.toMatch(/SECRET_in|acme\.invalid|\/v1\//)
  } finally {
    await restore()
    await slow.close()
  }
})

for (const template of ['drop', 'big_header', 'gzip_bomb'] as const)
  test(`PX-18 nor does a broken answer: ${template}`, async ({ alice, world }) => {
    await connect(alice)
    world.providers.acme.ctl({ endpoint: 'api', template })
    const answer = await callApi(alice, 'x').catch(() => undefined)
    // A body that turns out to be broken later can only be cut off.
    if (answer)
      expectProblem(
        answer,
        502,
        answer.body.includes('temp') ? 'temporarily_unavailable' : 'provider_error',
      )
    expect(template === 'gzip_bomb' || answer).toBeTruthy()
  })
