/** A body of which the beginning has been read. */
export type Begun = {
  beginning: Buffer
  /** What follows; undefined where the beginning was all. */
  rest: AsyncGenerator<Buffer> | undefined
}

/** Reads a body until at least `bytes` are there, or its end. */
export async function begin(body: AsyncGenerator<Buffer>, bytes: number): Promise<Begun> {
  const chunks: Buffer[] = []
  let size = 0
  while (size < bytes) {
    const { value, done } = await body.next()
    if (done) return { beginning: Buffer.concat(chunks), rest: undefined }
    chunks.push(value)
    size += value.length
  }
  return { beginning: Buffer.concat(chunks), rest: body }
}

/** The whole again. */
export async function* whole({ beginning, rest }: Begun): AsyncGenerator<Buffer> {
  if (beginning.length > 0) yield beginning
  if (rest) yield* rest
}
