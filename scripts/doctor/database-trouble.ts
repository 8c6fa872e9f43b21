import { type Finding, fault } from './finding.ts'

/** Why the database cannot be used, in words. What it said itself is never quoted. */
export function databaseTrouble(error: unknown): Finding {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const [, says, mend] = troubles.find(([sign]) => sign.test(code)) ?? []
  if (says && mend) return fault('Database', says, mend)
  // Without a code it is a sentence of our own, such as the one that names the missing migrations.
  const isOurs = code === '' && cause instanceof Error && cause.message.startsWith('The database')
  if (isOurs) return fault('Database', cause.message, 'npm run db:migrate')
  const sign = code || (cause instanceof Error ? cause.name : 'unknown')
  return fault('Database', `It cannot be used (${sign})`, 'See that DATABASE_URL is right.')
}

/** System codes, SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html), SQLite's result codes. */
const troubles: [RegExp, string, string][] = [
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'No address is known for its host', 'Mend the host in DATABASE_URL.'],
  [/^ECONN/, 'Nobody answers at its address', 'Start it, or mend host and port in DATABASE_URL.'],
  [/TIMEDOUT/, 'It did not answer in time', 'Look for a firewall between here and there.'],
  [/^28/, 'It refuses the user or the password', 'Mend them in DATABASE_URL.'],
  [/^3D000$/, 'The server has no database of that name', 'Create it, or mend DATABASE_URL.'],
  [/^42501$/, 'Its user may not do what is needed', 'Give it the rights on its schema.'],
  [/^53300$/, 'It has no connection left', 'Raise max_connections, or put a pooler before it.'],
  [
    /^(25006|SQLITE_READONLY.*|EROFS)$/,
    'It is read-only: every grant would be lost as soon as it is refreshed',
    'Name the primary, or let it be written.',
  ],
  [/^SQLITE_NOTADB$/, 'The file is not an SQLite database', 'Name another file in DATABASE_URL.'],
  [/^SQLITE_CORRUPT/, 'The file is damaged', 'Restore a backup (docs/operating.md).'],
  [/^SQLITE_BUSY/, 'Another program holds it locked', 'Stop that one.'],
  [
    /^(SQLITE_CANTOPEN.*|EACCES|EPERM|ENOTDIR|EISDIR)$/,
    'The file cannot be opened',
    'Name another file in DATABASE_URL, or let this user read and write it.',
  ],
  [
    /SELF_SIGNED_CERT|^CERT_|^UNABLE_TO_|^ERR_TLS/,
    'Its certificate is not one that this machine trusts',
    'Give Node the authority with NODE_EXTRA_CA_CERTS.',
  ],
]
