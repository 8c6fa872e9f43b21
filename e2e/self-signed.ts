import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/**
 * A key and a self-signed certificate for a name, valid for a day: written out in DER by hand
 * (X.509, RFC 5280 §4.1), so that no test needs openssl and no key is in the repository.
 */
export function selfSigned(now = new Date(), name = 'localhost'): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const end = new Date(now.getTime() + 24 * 60 * 60 * 1000)
  const certificate = sequence(
    explicit(0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    ecdsaWithSha256,
    commonName(name),
    sequence(time(new Date(now.getTime() - 60_000)), time(end)),
    commonName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(subjectAltName(name))),
  )
  const signature = Buffer.concat([Buffer.of(0), sign('sha256', certificate, privateKey)])
  const whole = sequence(certificate, ecdsaWithSha256, tagged(0x03, signature))
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? []
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  }
}

export type Certificate = { key: string; cert: string }

const objectId = (hex: string) => tagged(0x06, Buffer.from(hex, 'hex'))
// 1.2.840.10045.4.3.2
const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'))

/** 2.5.29.17, with the name as dNSName, and for localhost 127.0.0.1 as iPAddress besides. */
function subjectAltName(name: string): Buffer {
  const address = name === 'localhost' ? [tagged(0x87, Buffer.of(127, 0, 0, 1))] : []
  const names = sequence(tagged(0x82, Buffer.from(name)), ...address)
  return sequence(objectId('551d11'), tagged(0x04, names))
}

/** 2.5.4.3 */
function commonName(name: string): Buffer {
  return sequence(tagged(0x31, sequence(objectId('550403'), tagged(0x0c, Buffer.from(name)))))
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)
  return tagged(0x17, Buffer.from(`${digits}Z`))
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes)
}

function explicit(number: number, content: Buffer): Buffer {
  return tagged(0xa0 + number, content)
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts))
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content])
  if (length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, length), content])
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content])
}
