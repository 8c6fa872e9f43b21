import { describe, expect, test } from 'vitest'
import { themeCookie } from '#app/theme'
import { cookieNames } from './login/oidc-options.ts'
import { sessionName } from './login/session-cookie.ts'
import { keepTransaction } from './oauth/transaction.ts'
import { forgetForeign, forgetLogin, loginCookies, ownCookies } from './own-cookies.ts'
import { attemptOf } from './testing/attempt.ts'
import { stubSettings } from './testing/settings.ts'

stubSettings({})

describe.each([
  ['https', true],
  ['http', false],
] as const)('at %s', (_, isSecure) => {
  test('AU-01 all that we set ourselves is kept', async () => {
    const [set = ''] = await keepTransaction(null, attemptOf())
    const transaction = (set.split('=', 1)[0] ?? '').replace('__Host-', '')
    const session = sessionName(isSecure)
    const names = [
      ...Object.values(cookieNames(isSecure)),
      ...[`${session}__0`, `${session}__1`, `${session}.0`, `${session}.1`],
      `${isSecure ? '__Host-' : '__'}login_${'A-_z0'.repeat(8)}abc`,
      `${isSecure ? '__Host-' : ''}${transaction}`,
      themeCookie,
    ]
    const header = names.map((name) => `${name}=a.b=%7Cc`).join('; ')
    expect(ownCookies(header, isSecure)).toBe(header)
  })

  test('AU-01 nothing else is, whatever it is like', () => {
    const tossed = [
      ...['appSession', 'appSession.0', 'appSession.1', '__FC_0', '__FC_12', '__txn_x', '__FCx'],
      ...[
        'next-auth.session-token',
        '__Secure-next-auth.session-token',
        '__Host-next-auth.csrf-token',
      ],
      ...['__prerender_bypass', '__next_preview_data', 'NEXT_LOCALE', 'a', '', 'Theme', 'themes'],
      ...(isSecure
        ? ['__session', '__session__0', '__login_state', 'oauth_tx_0123456789abcdef']
        : ['__Host-session', '__Host-login_state']),
      ...['__Secure-session', 'session', '__Host-__session', '__HOST-SESSION'],
    ]
    expect(ownCookies(tossed.map((name) => `${name}=x`).join('; '), isSecure)).toBe('')
    expect(ownCookies(null, isSecure)).toBe('')
  })

  test('ST-15 a session that is there twice is none, and takes nothing else along', () => {
    const name = sessionName(isSecure)
    for (const twice of [`${name}=a; ${name}=b`, `${name}=a; ${name}__0=c; ${name}__0=d`])
      expect(ownCookies(`theme=dark; ${twice}`, isSecure)).toBe('theme=dark')
  })

  test('AU-01 what a library would have read is deleted, and only that', () => {
    const header = 'appSession=a; _ga=b; appSession.1=c; __FC_0=d; theme=dark; appSession=e'
    const lines = forgetForeign(header)
    expect(lines.map((line) => line.split('=', 1)[0])).toEqual([
      'appSession',
      'appSession.1',
      '__FC_0',
    ])
    for (const line of lines) expect(line).toMatch(/=; Path=\/; Max-Age=0/)
    const many = Array.from({ length: 100 }, (_, n) => `__FC_${n}=x`).join('; ')
    expect(forgetForeign(many)).toHaveLength(20)
  })

  test('AU-04 a logout deletes the session and the logins under way, and nothing of others', () => {
    const name = sessionName(isSecure)
    const { state } = cookieNames(isSecure)
    const lines = forgetLogin(
      `${name}=a; ${name}__1=b; ${state}=c; theme=dark; appSession=d; x=y`,
      isSecure,
    )
    expect(lines.map((line) => line.split('=', 1)[0])).toEqual([name, `${name}__1`, state])
    for (const line of lines) expect(line.includes('; Secure')).toBe(isSecure)
  })

  test('what cannot be decoded was not set by us', () => {
    const name = sessionName(isSecure)
    expect(loginCookies(`${name}=%7Ca%; theme=dark`, isSecure)).toEqual({ [name]: '' })
    expect(loginCookies(`${name}=%7Ca; x=y`, isSecure)).toEqual({ [name]: '|a' })
  })
})
