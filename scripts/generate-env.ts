import { z } from 'zod'
import { settings } from '#lib/settings/table'

type Property = { description?: string; default?: unknown; enum?: unknown[] }

/** `.env.example`: every setting with what it means, as lib/settings/table.ts says it. Secrets have no sample. */
export function envExample(): string {
  const { properties, required = [] } = z.toJSONSchema(settings, {
    io: 'input',
    unrepresentable: 'any',
  }) as { properties: Record<string, Property>; required?: string[] }
  const entries = Object.entries(properties).map(([name, property]) =>
    entry(name, property, required.includes(name)),
  )
  return [heading, ...entries, providers].join('\n')
}

const heading = `# The settings of Grantkeeper. Made from lib/settings/table.ts by \`npm run docs:generate\`: edit it there.
# \`npm run setup\` writes .env.local, with fresh keys. A line with # in front shows the default.
`

const providers = `# One pair for each provider that shall be offered; docs/providers.md has their ids. The id in upper
# case, - as _. A provider without a client id is not offered.
# GITHUB_CLIENT_ID=
# GITHUB_CLIENT_SECRET=
`

function entry(name: string, property: Property, isRequired: boolean): string {
  const choice =
    property.enum && property.enum.length > 1 ? ` One of: ${property.enum.join(', ')}.` : ''
  const text = `${property.description ?? ''}${isRequired ? ' Required.' : choice}`
  const line = isRequired ? `${name}=` : `# ${name}=${property.default ?? ''}`
  return `${wrapped(text)}\n${line}\n`
}

/** As comment lines of at most 100 characters. */
function wrapped(text: string): string {
  const lines = ['#']
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1)} ${word}`
    if (line.length <= 100) lines[lines.length - 1] = line
    else lines.push(`# ${word}`)
  }
  return lines.join('\n')
}
