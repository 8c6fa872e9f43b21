import { resolve } from 'node:path'
import { stdin, stdout } from 'node:process'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { addToEnvFile, readEnvFile } from './env-file.ts'
import { freshKeys } from './keys.ts'
import { root } from './run.ts'

type Ask = (question: string) => Promise<string>

/**
 * Writes the settings of a real deployment: fresh keys, and what the person answers. A value that
 * the file already has is never replaced.
 * @returns what to tell the person
 */
export async function setUp(options: {
  file: string
  given: Record<string, string | undefined>
  ask: Ask | undefined
}): Promise<string> {
  const present = readEnvFile(options.file)
  const answers: Record<string, string> = {}
  for (const { name, question, fallback, read } of questions) {
    if (present[name]) continue
    const answer = options.given[name] ?? (await options.ask?.(question)) ?? ''
    const value = answer.trim() === '' ? fallback : read(answer.trim())
    if (value !== undefined) answers[name] = value
  }
  const { added, kept } = addToEnvFile(options.file, { ...answers, ...freshKeys() })
  return report({ added, kept: [...new Set([...kept, ...Object.keys(present)])], ...options })
}

/** Fresh secrets alone, written nowhere: for a platform that keeps the settings itself. */
export function printedKeys(): string {
  const lines = Object.entries(freshKeys()).map(([name, value]) => `${name}=${value}`)
  return lines.join('\n')
}

/** An answer that cannot be right. Its message is meant for the person who gave it. */
class WrongAnswer extends Error {}

const questions: {
  name: string
  question: string
  fallback?: string
  read: (answer: string) => string
}[] = [
  {
    name: 'APP_BASE_URL',
    question: "This app's own URL [http://localhost:3000]: ",
    fallback: 'http://localhost:3000',
    read: origin,
  },
  {
    name: 'AUTH0_DOMAIN',
    question: 'Auth0 domain, such as acme.eu.auth0.com: ',
    read: (answer) => answer.replace(/^https:\/\//, '').replace(/\/+$/, ''),
  },
  {
    name: 'AUTH0_CLIENT_ID',
    question: 'Auth0 client ID (of a Regular Web Application): ',
    read: String,
  },
  { name: 'AUTH0_CLIENT_SECRET', question: 'Auth0 client secret: ', read: String },
  {
    name: 'AUTH0_AUDIENCE',
    question: 'Identifier of your API at Auth0 (for SPAs and backend jobs; may stay empty): ',
    read: String,
  },
]

function origin(answer: string): string {
  const url = URL.canParse(answer) ? new URL(answer) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash)
    throw new WrongAnswer(`"${answer}" is not a URL such as https://app.example.com (no path).`)
  return url.origin
}

function report(done: { file: string; added: string[]; kept: string[] }): string {
  const values = readEnvFile(done.file)
  const base = (values.APP_BASE_URL ?? '').split(',')[0]
  const missing = questions
    .map(({ name }) => name)
    .filter((name) => !values[name] && name !== 'AUTH0_AUDIENCE')
  return [
    `Written to ${done.file}: ${done.added.join(', ') || 'nothing new'}`,
    ...(done.kept.length > 0 ? [`Kept as they were: ${done.kept.join(', ')}`] : []),
    ...(missing.length > 0 ? [`Still missing, fill them in there: ${missing.join(', ')}`] : []),
    '',
    'At Auth0, in the settings of the application (a Regular Web Application), register',
    `  Allowed Callback URLs   ${base}/auth/callback`,
    `  Allowed Logout URLs     ${base}`,
    'At each third party, register a client with the redirect URI',
    `  ${base}/api/integrations/{id}/callback`,
    'where {id} is its id in docs/providers.md, and add what you get there to the file as',
    '  {ID}_CLIENT_ID and {ID}_CLIENT_SECRET, such as GITHUB_CLIENT_ID',
    '',
    'Keep a copy of VAULT_KEYS in a safe place: without them no stored token can be opened again.',
    'Then: npm run build && npm start',
  ].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await fromCommandLine())
  } catch (error) {
    const isOurs =
      error instanceof WrongAnswer || (error as { code?: string }).code?.startsWith('ERR_PARSE')
    console.error(isOurs ? (error as Error).message : error)
    process.exitCode = 1
  }
  if (process.channel) process.disconnect()
}

async function fromCommandLine(): Promise<string> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: {
      'app-base-url': text,
      'auth0-domain': text,
      'auth0-client-id': text,
      'auth0-client-secret': text,
      'auth0-audience': text,
      file: { type: 'string', default: '.env.local' },
      yes: { type: 'boolean', short: 'y', default: false },
      print: { type: 'boolean', default: false },
    },
  })
  if (values.print) return printedKeys()
  const given = Object.fromEntries(
    questions.map(({ name }) => {
      const flag = name.toLowerCase().replaceAll('_', '-') as 'app-base-url'
      return [name, values[flag]]
    }),
  )
  const talk = values.yes || !stdin.isTTY ? undefined : createInterface(stdin, stdout)
  const ask = talk && ((question: string) => talk.question(question))
  return setUp({ file: resolve(root, values.file), given, ask }).finally(() => talk?.close())
}
