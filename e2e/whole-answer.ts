import { rawRequest } from './raw-request.ts'

/** All of an answer but when it was made and how it was framed. */
export type WholeAnswer = { status: string; headers: string[]; body: string }

/** A request as bytes: `lines` follow the request line, and the connection ends with the answer. */
export function bytesOf(
  line: string,
  lines: readonly string[],
  body: string | Buffer = '',
): Buffer {
  const head = [`${line} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...lines]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), Buffer.from(body)])
}

/** Sends it, and reads the last answer to it: one of 100 may come before. */
export async function wholeAnswer(port: number, bytes: Buffer): Promise<WholeAnswer> {
  const text = (await rawRequest({ port, bytes })).replace(/^HTTP\/1\.1 100 .*\r\n\r\n/, '')
  const at = text.indexOf('\r\n\r\n')
  const [status = '', ...headers] = text.slice(0, at).split('\r\n')
  const sent = text.slice(at + 4)
  const isChunked = headers.some((line) => /^transfer-encoding: chunked$/i.test(line))
  return {
    status,
    headers: headers.map(lowerCased).filter(isTold).toSorted(),
    body: isChunked ? joined(sent) : sent,
  }
}

function lowerCased(line: string): string {
  return line.replace(/^[^:]+/, (name) => name.toLowerCase())
}

function isTold(line: string): boolean {
  return !/^(date|connection|keep-alive|transfer-encoding|content-length):/.test(line)
}

/** The chunks' bytes without their sizes (RFC 9112 §7.1). */
function joined(chunked: string): string {
  const [, size = '0'] = /^([\da-f]+)\r\n/i.exec(chunked) ?? []
  const length = Number.parseInt(size, 16)
  const from = size.length + 2
  return length ? chunked.slice(from, from + length) + joined(chunked.slice(from + length + 2)) : ''
}
