import type { z } from 'zod'
import { fields } from './schema.ts'

/** One finding of the schema in words: the path, what is wrong, what would be right. */
export function sentence(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys')
    return issue.keys
      .map((key) => `${[path, key].filter(Boolean).join('.')}: ${unknownField(key)}`)
      .join('; ')
  return `${path}: ${wrong(issue)}`
}

function wrong(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return `is missing; ${meaning(issue.path)}`
  if (issue.code === 'invalid_type')
    return `is ${shown(issue.input)}; it must be ${expectations[issue.expected] ?? issue.expected}`
  if (issue.code === 'invalid_value')
    return `is ${shown(issue.input)}; it must be one of ${issue.values.map(String).join(', ')}`
  if (issue.code === 'too_big') return `is too long; at most ${issue.maximum} characters`
  if (issue.code === 'too_small') return 'is empty; it must say something'
  if (issue.code === 'invalid_format') return `${shown(issue.input)} ${issue.message}`
  return issue.message
}

const expectations: Record<string, string> = {
  array: 'a list of texts, as in ["read"]',
  boolean: 'true or false',
  object: 'an object, as in { "id": "sub", "label": "name" }',
  record: 'an object, as in { "prompt": "consent" }',
  string: 'text in quotes',
}

function meaning(path: PropertyKey[]): string {
  const field = String(path[0])
  const description = isField(field) && path.length === 1 ? fields[field].description : undefined
  return description ?? 'it must be there'
}

function unknownField(key: string): string {
  const near = Object.keys(fields).find((field) => isNear(field, key))
  return `is not a field; ${near ? `did you mean "${near}"?` : `the fields are ${Object.keys(fields).join(', ')}`}`
}

/** The same but for case, separators and a plural. */
function isNear(field: string, key: string): boolean {
  const plain = (name: string) =>
    name
      .toLowerCase()
      .replace(/[-_\s]/g, '')
      .replace(/s$/, '')
  const [a, b] = [plain(field), plain(key)]
  return a === b || (b.length >= 4 && (a.startsWith(b) || b.startsWith(a)))
}

function isField(name: string): name is keyof typeof fields {
  return Object.hasOwn(fields, name)
}

/** A value of the file, short. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
