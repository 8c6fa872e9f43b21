import { expect, test } from 'vitest'
import { parseEnv } from '../env.ts'
import { settingsOf } from '../testing/settings.ts'
import { listensOn, strictTransport } from './listening.ts'

const envOf = (given: Record<string, string>) => parseEnv(settingsOf(given))

test.each([
  ['http://localhost:4500', '', 4500],
  ['http://app.localhost:4500,http://localhost:4600', '', 4500],
  ['http://localhost:4500', '3001', 3001],
  ['http://localhost', '', 3000],
  // A proxy speaks https for the app, on a port of its own.
  ['https://localhost:8443', '', 3000],
  ['https://app.example.com:8443', '', 3000],
])('the port of %s with PORT=%s', (APP_BASE_URL, PORT, port) => {
  expect(envOf({ APP_BASE_URL, PORT }).PORT).toBe(port)
})

test.each([
  ['http://localhost:3000', '', ['127.0.0.1', '::1']],
  ['https://localhost:3000,https://b.localhost', '', ['127.0.0.1', '::1']],
  ['https://app.example.com,https://localhost', '', [undefined]],
  ['https://app.example.com', '', [undefined]],
  ['https://app.example.com', 'localhost', ['127.0.0.1', '::1']],
  ['https://app.example.com', '10.0.0.5', ['10.0.0.5']],
  ['http://localhost:3000', '0.0.0.0', ['0.0.0.0']],
  ['http://localhost:3000', '::', [undefined]],
])('AU-08 %s with HOST=%s listens on its own addresses', (APP_BASE_URL, HOST, addresses) => {
  expect(listensOn(envOf({ APP_BASE_URL, HOST }))).toEqual(addresses)
})

test.each(['laptop', 'x86_64-conda-linux-gnu', '127.0.0.1:3000', 'http://localhost'])(
  'AU-08 HOST=%s is refused: it is no address',
  (HOST) => {
    expect(() => envOf({ HOST })).toThrow('HOST: is "localhost", or an IP address to listen on')
  },
)

test.each([
  ['https://app.example.com', 'max-age=31536000'],
  ['https://app.example.com,https://other.example', 'max-age=31536000'],
  ['http://localhost:3000', undefined],
  ['https://localhost:3000', undefined],
])('AU-10 HSTS of %s', (APP_BASE_URL, value) => {
  expect(strictTransport(envOf({ APP_BASE_URL }))['strict-transport-security']).toBe(value)
})
