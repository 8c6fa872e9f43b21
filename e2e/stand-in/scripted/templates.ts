import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { gzipSync } from 'node:zlib'
import type { Rule } from './rules.ts'

export type Template = NonNullable<Rule['template']>

/** Answers that no honest server gives: too big, too deep, too slow, or no answer at all. */
export async function sendTemplate(template: Template, response: ServerResponse): Promise<void> {
  if (template === 'stall') return
  if (template === 'drop') {
    response.destroy()
    return
  }
  const { headers = {}, parts } = templates[template]
  response.writeHead(200, { 'content-type': 'application/json', ...headers })
  response.flushHeaders()
  const source = Readable.from(parts())
  // The reader may leave at any time; that ends the writing, and is no error here.
  await pipeline(source, response, { end: template !== 'stall_body' }).catch(() => {})
}

type Answer = { headers?: Record<string, string>; parts: () => Iterable<string | Buffer> }

const mebibyte = 1024 * 1024

const templates: Record<Exclude<Template, 'stall' | 'drop'>, Answer> = {
  big_token: {
    *parts() {
      yield '{"token_type":"Bearer","access_token":"AT_cnry_'
      for (let count = 0; count < 64; count += 1) yield 'a'.repeat(mebibyte)
      yield '"}'
    },
  },
  endless: {
    *parts() {
      for (;;) yield ' '.repeat(64 * 1024)
    },
  },
  // 640 gzip members of 16 MiB each: ten gigabytes out of ten megabytes.
  gzip_bomb: {
    headers: { 'content-encoding': 'gzip' },
    *parts() {
      const member = gzipSync(Buffer.alloc(16 * mebibyte, ' '))
      for (let count = 0; count < 640; count += 1) yield member
    },
  },
  big_header: {
    headers: { 'x-padding': 'a'.repeat(mebibyte) },
    parts: () => ['{"access_token":"AT_cnry_header","token_type":"Bearer"}'],
  },
  many_keys: {
    *parts() {
      yield '{"access_token":"AT_cnry_keys","token_type":"Bearer"'
      for (let count = 0; count < 200_000; count += 1) yield `,"k${count}":${count}`
      yield '}'
    },
  },
  deep: {
    parts: () => [
      '{"access_token":"AT_cnry_deep","token_type":"Bearer","x":',
      '['.repeat(50_000),
      ']'.repeat(50_000),
      '}',
    ],
  },
  stall_body: { parts: () => ['{"access_token":"AT_cnry_'] },
  html: {
    headers: { 'content-type': 'text/html' },
    parts: () => ['<!doctype html><title>Bad gateway</title><h1>Something broke</h1>'],
  },
  empty: { parts: () => [] },
}
