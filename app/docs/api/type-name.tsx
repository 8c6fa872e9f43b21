import { nameOf, type Schema } from './document.ts'

/** What a value is, in a few words; a named schema leads to its own section. */
export function TypeName({ schema }: { schema: Schema }) {
  if (schema.$ref) {
    const name = nameOf(schema.$ref)
    return (
      <a href={`#schema-${name}`} className="link">
        {name}
      </a>
    )
  }
  if (schema.items)
    return (
      <>
        list of <TypeName schema={schema.items} />
      </>
    )
  const [first, ...others] = schema.anyOf ?? []
  if (!first) return plainName(schema)
  return (
    <>
      <TypeName schema={first} />
      {others.map((other) => ` or ${plainName(other)}`)}
    </>
  )
}

function plainName({ type = 'any', format, const: only, enum: choices }: Schema): string {
  if (only !== undefined) return JSON.stringify(only)
  if (choices) return 'one of'
  const name = [type].flat().join(' or ')
  return format ? `${name} (${format})` : name
}
