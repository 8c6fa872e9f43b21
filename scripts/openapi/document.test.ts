import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../run.ts'
import { openApi } from './document.ts'

const document = JSON.parse(openApi())
const operations = Object.values<object>(document.paths).flatMap((path) => Object.values(path))

test('every route of the API is described, with every method that it answers', async () => {
  const described = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(described.sort()).toEqual((await written()).sort())
})

test('each operation has a name of its own, says who may call it, and what can go wrong', () => {
  const names = operations.map(({ operationId }) => operationId)
  expect(new Set(names).size).toBe(names.length)
  for (const { operationId, security, responses } of operations) {
    expect(security, operationId).toBeInstanceOf(Array)
    const isOpen = security.length === 0 || Object.hasOwn(responses, '303')
    expect(Object.hasOwn(responses, '401'), operationId).toBe(!isOpen)
  }
})

test('refusals tell limits too, and which scope a token lacks', () => {
  const { get } = document.paths['/api/integrations']
  for (const status of ['200', '403', '429'])
    expect(get.responses[status].headers, status).toHaveProperty('RateLimit-Policy')
  expect(get.responses['403'].headers).toHaveProperty('WWW-Authenticate')
  const { responses } = document.paths['/api/integrations/{provider}/proxy/{path}'].get
  expect(responses.default.headers).toBeUndefined()
  expect(responses['429'].headers).toHaveProperty('RateLimit')
})

test('what is named is there: schemas and security schemes', () => {
  const { schemas, securitySchemes } = document.components
  const refs = [...openApi().matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
  for (const name of refs) expect(schemas).toHaveProperty(String(name))
  const used = operations.flatMap(({ security }) => security.flatMap(Object.keys))
  expect(new Set(used)).toEqual(new Set(Object.keys(securitySchemes)))
})

test('no token column, and no secret, is in what users are told', () => {
  const { Grant, Integration, Event } = document.components.schemas
  const text = JSON.stringify([Grant.properties, Integration.properties, Event.properties])
  expect(text).not.toMatch(/access_token|refresh_token|lease|version/)
})

/** The methods that route files export, HEAD and OPTIONS left out. */
async function written(): Promise<string[]> {
  const found: string[] = []
  for await (const file of glob('app/api/**/route.ts', { cwd: root })) {
    // It answers for what is not there.
    if (file.includes('[...unknown]')) continue
    const text = readFileSync(join(root, file), 'utf8').replace(
      /\w+ as (?=[A-Z]+\b)/g,
      'export const ',
    )
    const path = file.replace(/^app|\/route\.ts$/g, '').replace(/\[(?:\.\.\.)?(\w+)\]/g, '{$1}')
    const methods = text.matchAll(
      /export (?:async )?(?:function|const) (GET|POST|PUT|PATCH|DELETE)\b/g,
    )
    // Start, callback and relay refuse all but GET.
    const isRedirect = /\/(start|callback|relay)$/.test(path)
    for (const [, method] of methods)
      if (!isRedirect || method === 'GET') found.push(`${method} ${path}`)
  }
  return found
}

test('at the proxy every status may also be the third party’s own, in its own content type', () => {
  const { get, post } = document.paths['/api/integrations/{provider}/proxy/{path}']
  for (const { responses } of [get, post])
    for (const [status, { content }] of Object.entries<{ content: object }>(responses)) {
      expect(content, status).toHaveProperty(['*/*'])
      if (status !== 'default') expect(content, status).toHaveProperty(['application/problem+json'])
    }
  const { responses } = document.paths['/api/grants/{id}'].get
  expect(Object.keys(responses['404'].content)).toEqual(['application/problem+json'])
})
