const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Encrypted tokens with a head on which `jose` throws where a broken one would merely not open. */
export const oddSeals: readonly string[] = [
  { alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', p2c: 1, p2s: 'aaaa' },
  { alg: 'RSA-OAEP', enc: 'A256GCM' },
  { alg: 'dir', enc: 'A256GCM', crit: ['x'], x: 1 },
  { alg: 'dir', enc: 'A128CBC-HS256' },
].map((head) => `${part(head)}.AAAA.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA`)
