import type { ReactNode } from 'react'
import { texts } from '../../texts.ts'
import type { Parameter, Schema } from './document.ts'
import { marked } from './prose.tsx'
import { TypeName } from './type-name.tsx'

const words = texts.docs

/** The parameters of an operation. */
export function Parameters({ parameters }: { parameters: Parameter[] }) {
  return (
    <FieldList>
      {parameters.map((parameter) => (
        <Field
          key={`${parameter.in} ${parameter.name}`}
          name={parameter.name}
          place={words.places[parameter.in as keyof typeof words.places]}
          isRequired={parameter.required === true}
          schema={parameter.schema}
        />
      ))}
    </FieldList>
  )
}

/** The fields of an object. */
export function Properties({ schema }: { schema: Schema }) {
  return (
    <FieldList>
      {Object.entries(schema.properties ?? {}).map(
        ([name, property]) =>
          property && (
            <Field
              key={name}
              name={name}
              isRequired={schema.required?.includes(name) === true}
              schema={property}
            />
          ),
      )}
    </FieldList>
  )
}

function FieldList({ children }: { children: ReactNode }) {
  return <dl className="hairlines mt-2">{children}</dl>
}

type FieldProps = { name: string; place?: string; isRequired: boolean; schema: Schema }

function Field({ name, place, isRequired, schema }: FieldProps) {
  const choices = choicesOf(schema)
  return (
    <div className="grid gap-x-4 gap-y-1 py-2 sm:grid-cols-[13rem_1fr]">
      <dt className="min-w-0">
        <code className="break-all font-mono text-small">{name}</code>
        <span className="block text-quiet text-small">
          {[place, !isRequired && words.optional].filter(Boolean).join(', ')}
        </span>
      </dt>
      <dd className="min-w-0">
        <span className="text-quiet">
          <TypeName schema={schema} />
        </span>
        {choices.length > 0 && <Choices choices={choices} />}
        {schema.description && <p>{marked(schema.description)}</p>}
      </dd>
    </div>
  )
}

/** Those of a value that may be null as well stand one step down. */
function choicesOf({ enum: choices = [], anyOf = [] }: Schema): string[] {
  return [...choices, ...anyOf.flatMap(choicesOf)]
}

function Choices({ choices }: { choices: string[] }) {
  return (
    <ul className="flex flex-wrap gap-x-3">
      {choices.map((choice) => (
        <li key={choice}>
          <code className="font-mono text-small">{choice}</code>
        </li>
      ))}
    </ul>
  )
}
