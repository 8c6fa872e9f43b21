import { expect, test } from 'vitest'
import { cookieJar } from './cookie-jar.ts'

const app = new URL('http://localhost:3000/api/x')

test('cookies go out oldest first, longest path first, whatever the port', () => {
  const jar = cookieJar()
  jar.store(['a=1; Path=/', 'b=2; Path=/', 'c=3; Path=/api'], app)
  jar.store(['a=4; Path=/'], app)
  expect(jar.header(new URL('http://localhost:4000/api/y'))).toBe('c=3; a=4; b=2')
  expect(jar.header(new URL('http://127.0.0.1:3000/'))).toBeUndefined()
})

test('a deletion needs the same path, and Max-Age wins over Expires', () => {
  const jar = cookieJar()
  jar.store(['a=1; Path=/', 'b=1; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], app)
  jar.store(['a=; Path=/x; Max-Age=0'], app)
  expect(jar.header(app)).toBe('a=1; b=1')
  jar.store(['a=; Path=/; Max-Age=0'], app)
  expect(jar.header(app)).toBe('b=1')
})

test('__Host- wants Secure, Path=/ and no Domain', () => {
  const jar = cookieJar()
  const secure = new URL('https://app.test/')
  jar.store(['__Host-a=1; Path=/', '__Host-b=1; Secure; Path=/; Domain=app.test'], secure)
  jar.store(['__Host-c=1; Secure; Path=/'], secure)
  expect(jar.header(secure)).toBe('__Host-c=1')
})
