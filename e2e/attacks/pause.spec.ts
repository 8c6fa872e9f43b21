import { randomUUID } from 'node:crypto'
import type { Answer, Visitor } from '../browser-client.ts'
import { fieldsOf, postForm } from '../disconnect.ts'
import { expect, test } from '../fixtures.ts'
import { connect } from '../flow.ts'

test('SA-12 another user’s grant can be neither paused nor resumed', async ({
  alice,
  mallory,
  grants,
}) => {
  await connect(alice)
  await connect(mallory)
  const [hers] = await grants('alice')
  for (const button of ['Pause', 'Resume']) {
    const forged = { grant: String(hers?.id), user_id: String(hers?.user_id) }
    const made = { grant: randomUUID() }
    const outcomes = [await press(mallory, button, forged), await press(mallory, button, made)]
    const refused = { outcome: `not_${button.toLowerCase()}d`, error: 'not_connected' }
    expect(outcomes.map(outcomeOf)).toEqual([refused, refused])
    expect(await grants('alice')).toEqual([hers])
    // On to the form with the other button.
    expect(outcomeOf(await press(mallory, button)).error).toBeNull()
  }
})

test('a form that another site sends pauses nothing', async ({ alice, grants }) => {
  await connect(alice)
  const before = await grants('alice')
  const page = await alice.get('/integrations/acme')
  const foreign = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }
  const answer = await postForm(alice, page.url, fieldsOf(page.body, 'Pause'), foreign)
  expect(answer.location).toBeUndefined()
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(await grants('alice')).toEqual(before)
})

test('fields that are missing or no ids of ours lead to the list, and change nothing', async ({
  alice,
  grants,
}) => {
  await connect(alice)
  const before = await grants('alice')
  const wrong: Record<string, string>[] = [
    { grant: '' },
    { grant: "' or 1=1" },
    { provider: '//evil.test' },
  ]
  for (const changes of wrong) {
    const { status, location } = await press(alice, 'Pause', changes)
    expect([status, location?.pathname, location?.search]).toEqual([303, '/integrations', ''])
  }
  expect(await grants('alice')).toEqual(before)
})

/** Sends the form with this button as a browser without JavaScript does. */
async function press(
  visitor: Visitor,
  button: string,
  changes: Record<string, string> = {},
): Promise<Answer> {
  const page = await visitor.get('/integrations/acme')
  return postForm(visitor, page.url, { ...fieldsOf(page.body, button), ...changes })
}

function outcomeOf({ location }: Answer) {
  const query = location?.searchParams
  return { outcome: query?.get('outcome') ?? null, error: query?.get('error') ?? null }
}
