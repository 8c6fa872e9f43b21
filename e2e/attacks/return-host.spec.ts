import { expect, test } from '../fixtures.ts'
import { expectAllRefused, expectLanding, expectRefused } from '../return-to.ts'

test('RU-01 a foreign URL is refused, however it is written', async ({ alice, world }) => {
  await expectAllRefused(alice, world, [
    'https://evil.test/',
    'HtTpS://evil.test',
    'https:\\\\evil.test',
    'https:///evil.test',
    'http:evil.test',
    'https:evil.test',
    'evil.test',
    'https://spa.test.evil.test/app',
    'https://evilspa.test/app',
    'https://my-evilspa.test/app',
    `${world.appUrl}.evil.test/`,
    `${world.attacker.url}/app`,
  ])
})

test('RU-02 protocol-relative URLs and floods of slashes are refused', async ({ alice, world }) => {
  await expectAllRefused(alice, world, [
    '//evil.test',
    '///evil.test',
    '////evil.test',
    '//evil.test:443/',
    '//%65vil.test',
    `//${new URL(world.appUrl).host}/integrations`,
  ])
  // Written so in the query, it reads ///evil.test.
  await expectRefused(alice, world, 'return_to=/%2f/evil.test')
})

test('RU-02 a slash that stays encoded is a path of the app, and stays encoded', async ({
  alice,
}) => {
  await expectLanding(alice, '/%2f/evil.test', '/%2f/evil.test')
})

test('RU-03 a backslash anywhere is refused', async ({ alice, world }) => {
  await expectAllRefused(alice, world, [
    '/\\evil.test',
    '/\\/evil.test',
    '\\/evil.test',
    '\\\\evil.test',
    '/\\\\evil.test',
    'https:\\\\evil.test\\',
    'https://spa.test\\@evil.test/app',
    'https://spa.test\\.evil.test/app',
    'https://spa.test/app\\..\\go',
    '/integrations\\',
    '/integrations?x=\\',
    '/integrations#\\',
  ])
})

test('RU-04 characters that URL parsers strip are refused', async ({ alice, world }) => {
  for (const written of [
    '/%09/evil.test',
    '/%0a/evil.test',
    '/%0d%0a/evil.test',
    '%20//evil.test',
    '%00//evil.test',
    '/x%0d%0aSet-Cookie:a=b',
    'java%09script:alert(1)',
    '%09//evil.test',
    '+//evil.test',
    'ht%0atps://evil.test',
    '/%7f/evil.test',
    '/%0b/evil.test',
    '/%0c/evil.test',
    '/integrations%20',
    'https://spa.test%09.evil.test/app',
  ])
    await expectRefused(alice, world, `return_to=${written}`)
})

test('RU-05 user names and passwords in a URL are refused', async ({ alice, world }) => {
  const { host } = new URL(world.appUrl)
  await expectAllRefused(alice, world, [
    'https://spa.test@evil.test/',
    'https://spa.test:443@evil.test/',
    'https://spa.test＃@evil.test',
    'https://user:pw@spa.test/app',
    'https://user@spa.test/app',
    'https://@spa.test/app',
    'https://:@spa.test/app',
    `http://${host}@evil.test/`,
    `http://user:pw@${host}/integrations`,
    `http://evil.test@${host}/integrations`,
  ])
  await expectRefused(alice, world, 'return_to=https://spa.test%EF%BC%83@evil.test')
})

test('RU-06 only the origin decides, not what the query or the fragment says', async ({
  alice,
  world,
}) => {
  await expectAllRefused(alice, world, [
    'https://evil.test#@spa.test/app',
    'https://evil.test/#https://spa.test/app',
    'https://evil.test?@spa.test/app',
    'https://evil.test/?https://spa.test/app',
    'https://evil.test/https://spa.test/app',
    'https://evil.test;https://spa.test/app',
    'https://evil.test&https://spa.test/app',
    'https://spa.test#@evil.test/app',
    'https://spa.test?.evil.test/app',
    `https://evil.test#${world.appUrl}/`,
  ])
  for (const harmless of ['https://spa.test/app?x=@evil.test', 'https://spa.test/app#@evil.test'])
    await expectLanding(alice, harmless, harmless)
})

test('RU-07 another port or scheme is another origin', async ({ alice, world }) => {
  const { protocol, port, host } = new URL(world.appUrl)
  const otherProtocol = protocol === 'http:' ? 'https:' : 'http:'
  await expectAllRefused(alice, world, [
    'https://spa.test:8443/app',
    'http://spa.test/app',
    'ftp://spa.test/app',
    'https://spa.test:99999/app',
    'https://spa.test:80/app',
    'http://spa.test:443/app',
    `${protocol}//localhost:${Number(port) - 1}/integrations`,
    `${protocol}//localhost/integrations`,
    `${otherProtocol}//${host}/integrations`,
    `ftp://${host}/integrations`,
    `${protocol}//127.0.0.1:${port}/integrations`,
    world.spa.url.replace('http:', 'https:'),
  ])
})

test('RU-07 the same origin in other words is accepted, and written plainly', async ({
  alice,
  world,
}) => {
  for (const same of [
    'https://spa.test:443/app',
    'https://SPA.test/app',
    'HTTPS://spa.test:/app',
  ]) {
    const answer = await expectLanding(alice, same, 'https://spa.test/app')
    expect(answer.headers.location).toMatch(/^https:\/\/spa\.test\/app\?/)
  }
  const shouted = world.appUrl.replace('localhost', 'LOCALHOST')
  await expectLanding(alice, `${shouted}/integrations`, '/integrations')
})

test('RU-08 a host is refused unless it is plain ASCII and equal', async ({ alice, world }) => {
  await expectAllRefused(alice, world, [
    'https://spa.test./app',
    'https://spa.test%2e/app',
    'https://spa.test。evil.test/app',
    'https://spa.test%E3%80%82evil.test/app',
    'https://spa。test/app',
    'https://ｓｐａ.test/app',
    'https://ѕра.test/app',
    'https://s\u00adpa.test/app',
    'https://spa\u200b.test/app',
    'https://spa.test\u2044app',
    'https://%73pa.test/app',
    'https://xn--80aa5b.test/app',
    'https://spa.test\u3002/app',
    `${world.appUrl.replace('localhost', 'localhost.')}/integrations`,
  ])
})

test('RU-08 letters of all scripts in a path and a query are fine, and get encoded', async ({
  alice,
}) => {
  const answer = await expectLanding(alice, '/søk?q=ü', '/s%C3%B8k?q=%C3%BC')
  expect(answer.headers.location).toMatch(/\/s%C3%B8k\?q=%C3%BC&/)
})

test('RU-09 no other scheme is a return URL', async ({ alice, world }) => {
  await expectAllRefused(alice, world, [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'javascript://spa.test/%0aalert(1)',
    `javascript://${new URL(world.appUrl).host}/%0aalert(1)`,
    'data:text/html,x',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'blob:https://spa.test/app',
    `blob:${world.appUrl}/integrations`,
    'filesystem:https://spa.test/app',
    'view-source:https://spa.test/app',
    'about:blank',
    'intent://spa.test/app#Intent;scheme=https;end',
    'myapp://cb',
    'ws://spa.test/app',
  ])
})
