import { expect } from 'vitest'
import type { Answer, Visitor } from '../../browser-client.ts'
import { sessionOf } from '../../cookie-header.ts'
import { examine } from '../examine.ts'
import { visit } from '../forms.ts'
import type { Decision } from '../party.ts'
import type { Porch } from '../porch.ts'

/** @returns what cannot be told, which is no fault */
export async function inGoodHealth({ env }: Porch): Promise<string | undefined> {
  const found = (await examine(env)).filter(({ about }) => about === 'Login')
  expect(found.filter(({ verdict }) => verdict === 'fault')).toEqual([])
  expect(found.length).toBeGreaterThan(0)
  // Addresses differ from run to run.
  return found.find(({ verdict }) => verdict === 'note')?.says.replace(/ https?:\S+/, '')
}

export function withWrongSecret(porch: Porch): Promise<string | undefined> {
  return withWrong(porch, 'CLIENT_SECRET')
}

export function withWrongClientId(porch: Porch): Promise<string | undefined> {
  return withWrong(porch, 'CLIENT_ID')
}

export async function logIn(porch: Porch): Promise<void> {
  const alice = porch.newBrowser()
  const end = await goIn(porch, alice)
  expect(end.status, end.body).toBe(200)
  expect(end.body).toContain('Alice')
  expect(sessionOf(alice)).toHaveLength(1)
}

/** A copy of the session is worth nothing afterwards. */
export async function logOut(porch: Porch): Promise<void> {
  const alice = porch.newBrowser()
  await goIn(porch, alice)
  const headers = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' }
  const { location } = await alice.get('/auth/logout', { headers })
  const hasLogout = await knowsLogout(porch)
  expect(location?.origin).toBe(hasLogout ? porch.front.url : porch.appUrl)
  expect(sessionOf(alice)).toEqual([])
  expect((await alice.get('/integrations')).location?.pathname).toBe('/auth/login')
  expect((await visit(alice, location ?? '')).status).toBeLessThan(500)
}

export async function userDenies(porch: Porch): Promise<void> {
  const alice = porch.newBrowser()
  const end = await goIn(porch, alice, 'deny')
  expect(end.url.origin).toBe(porch.appUrl)
  expect(end.status).toBeLessThan(500)
  expect(sessionOf(alice)).toEqual([])
}

/** It gives its code, and is away when the app comes with it. */
export async function downAtLogin(porch: Porch): Promise<void> {
  const alice = porch.newBrowser()
  const back = await backFromIssuer(porch, alice)
  await porch.front.whileDown(async () => {
    const { url, status, body } = await alice.follow(back)
    expect([url.origin, status === 500]).toEqual([porch.appUrl, false])
    expect(body).toContain('<h1')
    expect(sessionOf(alice)).toEqual([])
  })
  await untilAsked(porch)
  await logIn(porch)
}

/**
 * The app was started while the issuer was away, and has heard nothing of it so far. Nobody logs in here: a
 * consent that the issuer remembers would leave nothing to deny in the step after it.
 */
export async function awayFromTheStart(porch: Porch): Promise<void> {
  await porch.front.whileDown(() => expectAway(porch)).finally(() => untilAsked(porch))
}

export async function wrongClientSecret(porch: Porch): Promise<void> {
  const name = porch.issuer.driver === 'auth0' ? 'AUTH0_CLIENT_SECRET' : 'OIDC_CLIENT_SECRET'
  await porch.restart({ [name]: 'another-secret' })
  const alice = porch.newBrowser()
  await goIn(porch, alice)
  expect(sessionOf(alice)).toEqual([])
  expect(porch.app().output()).toContain('login_failed')
}

/** Whether a logout can be told to it, by its metadata; Auth0's is known to the SDK. */
async function knowsLogout({ issuer, front, newBrowser }: Porch): Promise<boolean> {
  if (issuer.driver === 'auth0') return true
  const name = issuer.issuer(front.url)
  // Some have it one redirect further.
  const { body } = await newBrowser().follow(`${name}/.well-known/openid-configuration`)
  return JSON.parse(body).end_session_endpoint !== undefined
}

/** An issuer that did not answer is left alone for some seconds. */
async function untilAsked({ newBrowser, front }: Porch): Promise<void> {
  const isAsked = async () => (await newBrowser().get('/auth/login')).location?.origin === front.url
  await expect.poll(isAsked, { timeout: 15_000, interval: 500 }).toBe(true)
}

/** From the app's own link to the page where it all ends. */
async function goIn(porch: Porch, alice: Visitor, decision?: Decision): Promise<Answer> {
  return alice.follow(await backFromIssuer(porch, alice, decision))
}

/** What leads back to the app, unvisited. */
async function backFromIssuer(
  { issuer, front, appUrl }: Porch,
  alice: Visitor,
  decision: Decision = 'allow',
): Promise<URL> {
  const { location, status, body } = await alice.get('/auth/login?returnTo=%2Fintegrations')
  if (!location) throw new Error(`The login answered ${status}: ${body}`)
  const asked = { browser: alice, url: front.url, authorizationUrl: location, decision }
  const back = (await issuer.decide({ ...asked, person: 'alice' })).location
  if (!back?.href.startsWith(`${appUrl}/`)) throw new Error(`The issuer led to ${back}`)
  return back
}

/** The user is told that it is away, on a page of the app. */
async function expectAway(porch: Porch): Promise<void> {
  const alice = porch.newBrowser()
  const { url, status, body } = await alice.follow('/auth/login')
  expect(url.origin).toBe(porch.appUrl)
  expect(status).toBe(503)
  expect(body).toContain('<h1')
  expect(sessionOf(alice)).toEqual([])
}

async function withWrong({ env, issuer }: Porch, name: string): Promise<string | undefined> {
  const setting = `${issuer.driver === 'auth0' ? 'AUTH0' : 'OIDC'}_${name}`
  const found = (await examine({ ...env, [setting]: `${env[setting]}-but-wrong` })).filter(
    ({ about }) => about === 'Login',
  )
  const isFound = found.some(({ verdict }) => verdict === 'fault')
  const note = found.find(({ verdict }) => verdict === 'note')?.says
  expect(isFound || note, JSON.stringify(found)).toBeTruthy()
  return isFound ? undefined : note
}
