type Trouble = { says: string; mend: string }

/** Why no answer came from `where`, in words. What a server sent is never quoted. */
export function unreachable(error: unknown, where: URL): Trouble {
  const unknown = { says: `${where.host} cannot be called`, mend: 'See whether it is up.' }
  return knownTrouble(error, where) ?? unknown
}

/** The same, or undefined where the error is not one of the wire. */
export function knownTrouble(error: unknown, where: URL): Trouble | undefined {
  const signs = signsOf(error)
  const known = troubles.find(({ sign }) => signs.some((one) => sign.test(one)))
  return known && { says: known.says(where.host), mend: known.mend }
}

/** Codes, names and our own words down the chain of causes. */
function signsOf(error: unknown): string[] {
  const signs: string[] = []
  for (let at = error; at instanceof Error && signs.length < 32; at = at.cause)
    signs.push('code' in at ? String(at.code) : '', at.name, at.message)
  return signs
}

const troubles: { sign: RegExp; says: (host: string) => string; mend: string }[] = [
  {
    sign: /^(ENOTFOUND|EAI_AGAIN)$|^no address$/,
    says: (host) => `No address is known for ${host}`,
    mend: 'Mend the name, or the DNS of this machine.',
  },
  {
    sign: /^forbidden address$/,
    says: (host) => `${host} leads to a private address, and only public ones are called`,
    mend: 'Use a public address; on this machine ALLOW_INSECURE_LOCALHOST=true lets localhost through.',
  },
  {
    sign: /^ECONNREFUSED$/,
    says: (host) => `Nobody listens at ${host}`,
    mend: 'Mend host and port, or start what should answer there.',
  },
  {
    sign: /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    says: (host) => `The certificate of ${host} is out of date`,
    mend: "It needs a new one, unless this machine's clock is wrong.",
  },
  {
    sign: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    says: (host) => `The certificate of ${host} is for another name`,
    mend: 'Write the name that the certificate has.',
  },
  {
    sign: /SELF_SIGNED_CERT|^UNABLE_TO_|^CERT_/,
    says: (host) => `The certificate of ${host} is not signed by anybody whom this machine trusts`,
    mend: 'Give it a certificate of a public authority. (For one of your own: NODE_EXTRA_CA_CERTS.)',
  },
  {
    sign: /^(EPROTO|ERR_SSL_.*)$/,
    says: (host) => `${host} does not speak TLS`,
    mend: 'Mend the port, or the server.',
  },
  {
    sign: /^(redirected|unexpected redirect)$/,
    says: (host) => `${host} answers with a redirect, and none is followed to another origin`,
    mend: 'Write the address to which it leads.',
  },
  {
    sign: /^(TimeoutError|AbortError)$|TIMEDOUT|TIMEOUT/,
    says: (host) => `${host} did not answer in time`,
    mend: 'Look for a firewall between here and there, or try again later.',
  },
]
