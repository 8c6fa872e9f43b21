import { texts } from '../../texts.ts'
import { document, operationsOf } from './document.ts'
import { Properties } from './fields.tsx'
import { htmlOf } from './html.ts'
import { OperationEntry } from './operation.tsx'
import { marked, Prose } from './prose.tsx'

const words = texts.docs

let made: string | undefined

/** The description of the API as HTML: made as somebody first asks for it, and served from memory then. */
export function referenceHtml(): string {
  made ??= htmlOf(<Reference />)
  return made
}

/** What is below the heading of the page. */
export function Reference() {
  return (
    <>
      <Prose text={document.info.description} className="mt-2 text-large text-quiet" />
      <p className="mt-4">
        <a href="/api/openapi.json" className="link">
          {words.download}
        </a>
      </p>
      <Contents />
      <Schemes />
      {document.tags.map(({ name }) => (
        <section key={name} aria-labelledby={anchorOf(name)} className="mt-12">
          <h2 id={anchorOf(name)} className="text-large">
            {name}
          </h2>
          {operationsOf(name).map((operation) => (
            <OperationEntry key={operation.operationId} operation={operation} />
          ))}
        </section>
      ))}
      <Schemas />
    </>
  )
}

function Contents() {
  return (
    <nav aria-label={words.contents} className="mt-8">
      <ul className="hairlines">
        {document.tags.map(({ name }) => (
          <li key={name} className="grid gap-x-4 py-2 sm:grid-cols-[13rem_1fr]">
            <a href={`#${anchorOf(name)}`} className="link-target self-start font-strong">
              {name}
            </a>
            <ul>
              {operationsOf(name).map(({ operationId, method, path }) => (
                <li key={operationId}>
                  <a href={`#${operationId}`} className="link-target min-w-0 font-mono text-small">
                    <span className="font-strong">{method}</span>
                    <span className="break-all">{path}</span>
                  </a>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Schemes() {
  return (
    <section aria-labelledby="callers" className="mt-12">
      <h2 id="callers" className="text-large">
        {words.who}
      </h2>
      <dl className="hairlines mt-4">
        {Object.entries(document.components.securitySchemes).map(([name, { description }]) => (
          <div key={name} className="grid gap-x-4 gap-y-1 py-3 sm:grid-cols-[13rem_1fr]">
            <dt className="font-strong first-letter:uppercase">
              {words.schemes[name as keyof typeof words.schemes]}
            </dt>
            <dd>{marked(description)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Schemas() {
  return (
    <section aria-labelledby="schemas" className="mt-12">
      <h2 id="schemas" className="text-large">
        {words.schemas}
      </h2>
      {Object.entries(document.components.schemas).map(([name, schema]) => (
        <section key={name} aria-labelledby={`schema-${name}`} className="mt-8">
          <h3 id={`schema-${name}`} className="text-base">
            {name}
          </h3>
          {schema.description && <Prose text={schema.description} className="mt-1 text-quiet" />}
          {schema.properties ? <Properties schema={schema} /> : <Choices choices={schema.enum} />}
        </section>
      ))}
    </section>
  )
}

function Choices({ choices = [] }: { choices?: string[] | undefined }) {
  return <p className="mt-2 font-mono text-small">{choices.join(', ')}</p>
}

function anchorOf(tag: string): string {
  return tag.toLowerCase().replaceAll(' ', '-')
}
