import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { send } from '../browser-client.ts'
import { expect, test } from '../browser-fixtures.ts'
import { connectAcme } from '../steps.ts'

/** What is sent to localhost:3000, where Next takes itself to be unless it is told: undefined where that is taken. */
async function listenAtDefault(): Promise<{ heard: string[]; close: () => void } | undefined> {
  const heard: string[] = []
  const servers: Server[] = []
  for (const host of ['127.0.0.1', '::1']) {
    const server = createServer(({ method, url }, response) => {
      heard.push(`${method} ${url}`)
      response.writeHead(200, { 'content-type': 'text/x-component' }).end('0:{}\n')
    })
    const isOpen = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(3000, host, () => resolve(true))
    })
    if (isOpen) servers.push(server)
    // A machine may have no IPv6.
    else if (host === '127.0.0.1') return undefined
  }
  return { heard, close: () => servers.forEach((server) => void server.close()) }
}

/** A call of an action that the landing page has not, as a page of ours would send it with its form. */
function calledBy(origin: string) {
  const boundary = '----WebKitFormBoundary7MA4YWxkTrZu0gW'
  const headers = {
    origin,
    'sec-fetch-site': 'same-origin',
    'next-action': actionOfAnotherPage(),
    'content-type': `multipart/form-data; boundary=${boundary}`,
  }
  const part = (name: string, value: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  const body = `${part('_1_grant', 'x')}${part('0', '["$K1"]')}--${boundary}--\r\n`
  return { method: 'POST', headers, body }
}

/** An action that the landing page has not. */
function actionOfAnotherPage(): string {
  const file = new URL('../../.next/server/server-reference-manifest.json', import.meta.url)
  const { node } = JSON.parse(readFileSync(file, 'utf8')) as {
    node: Record<string, { workers: object }>
  }
  const [id] = Object.entries(node).find(([, { workers }]) => !('app/page' in workers)) ?? []
  if (!id) throw new Error('every action is an action of the landing page')
  return id
}

test('AU-02 an action asks nobody at localhost:3000, and one of another page is refused', async ({
  page,
  demo,
}) => {
  const listener = await listenAtDefault()
  test.skip(!listener, 'another program listens at port 3000 of this machine')
  if (!listener) return
  const said = demo.app.output().length
  await connectAcme(page)
  await page.goto('/integrations/acme')
  const answered = page.waitForResponse((one) => one.request().method() === 'POST')
  await page.getByRole('button', { name: /^Pause/ }).click()
  const { 'x-action-redirect': target } = await (await answered).allHeaders()
  expect(target).toContain('outcome=paused')
  await expect(page.getByRole('button', { name: /^Resume/ })).toBeVisible()
  const call = calledBy(new URL(demo.appUrl).origin)
  for (const path of ['/', '/nosuch', '/nosuch.png', '/integrations/nosuch/nosuch'])
    for (const more of [{}, { 'x-action-forwarded': '' }] as Record<string, string>[]) {
      const headers = { ...call.headers, ...more }
      const answer = await send(new URL(path, demo.appUrl), { ...call, headers })
      expect([path, answer.status]).toEqual([path, 409])
    }
  expect(listener.heard).toEqual([])
  expect(demo.app.output().slice(said)).not.toMatch(/failed to (forward|get redirect)/)
  listener.close()
})
