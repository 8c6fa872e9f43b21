import { problem } from '#app/api/schemas/problem'
import { token, tokenRequest } from '#app/api/schemas/token'
import { statusOf } from '#lib/errors'
import { loadProviders } from '#lib/providers/load'
import { settings } from '#lib/settings/table'

/** What is wrong with a block of JSON: each is for something, whose schema reads it. */
export function jsonProblems(text: string, toFile: (text: string) => string): string[] {
  const value: unknown = JSON.parse(text)
  if (Array.isArray(value)) return entryProblems(toFile(text))
  const record = value as Record<string, unknown>
  if ('access_token' in record) return issuesOf(token.safeParse(value))
  if ('user' in record) return issuesOf(tokenRequest.safeParse(value))
  if ('code' in record) return [...issuesOf(problem.safeParse(value)), ...wrongStatus(record)]
  // public/config.json of the example, whose type the example's own code names.
  if ('grantkeeperUrl' in record) return []
  return ['nobody knows what this JSON is for: add its schema to scripts/snippets/data.ts']
}

/** Entries are read as the app reads them at its start. */
function entryProblems(file: string): string[] {
  try {
    const client = () => undefined
    loadProviders({ PROVIDERS_FILE: file, ALLOW_INSECURE_LOCALHOST: false, client })
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}

function wrongStatus({ code, status }: Record<string, unknown>): string[] {
  return statusOf[code as keyof typeof statusOf] === status ? [] : [`${code} is not ${status}`]
}

type Parsed = { success: boolean; error?: { message: string } | undefined }

function issuesOf({ error }: Parsed): string[] {
  return error ? [error.message] : []
}

/** What is wrong with lines `NAME=value`: settings that there are not. */
export function settingProblems(text: string): string[] {
  // What a shell keeps of a command's output is a variable of its own.
  const names = [...text.matchAll(/^([A-Z][A-Z0-9_]*)=(?!\$\()/gm)].map(([, name = '']) => name)
  // The second is a setting of the tests that look at a preview.
  const isOther = (name: string) => /_CLIENT_(ID|SECRET)$|^BASE_URL$/.test(name)
  return names
    .filter((name) => !Object.hasOwn(settings.shape, name) && !isOther(name))
    .map((name) => `${name} is no setting`)
}
