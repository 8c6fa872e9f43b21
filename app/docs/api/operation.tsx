import { texts } from '../../texts.ts'
import type { Answer, Content, Operation } from './document.ts'
import { Parameters } from './fields.tsx'
import { marked, Prose } from './prose.tsx'
import { TypeName } from './type-name.tsx'

const words = texts.docs

/** One method of one path: who may call, what to send, what comes back. */
export function OperationEntry({ operation }: { operation: Operation }) {
  const { operationId, method, path, summary, description, parameters, requestBody } = operation
  return (
    <article aria-labelledby={operationId} className="py-8">
      <h3 id={operationId} className="text-base">
        {summary}
      </h3>
      <p className="mt-2 rounded-control bg-sunken px-3 py-2 font-mono text-small">
        <span className="font-strong">{method}</span> <span className="break-all">{path}</span>
      </p>
      {description && <Prose text={description} className="mt-3" />}
      <Callers security={operation.security} />
      {parameters && (
        <section className="mt-4">
          <h4 className="text-quiet text-small">{words.parameters}</h4>
          <Parameters parameters={parameters} />
        </section>
      )}
      {requestBody && (
        <p className="mt-4">
          {words.body} <Body content={requestBody.content} />
        </p>
      )}
      <h4 className="mt-4 text-quiet text-small">{words.answers}</h4>
      <ul className="hairlines mt-2">
        {Object.entries(operation.responses).map(([status, answer]) => (
          <AnswerItem key={status} status={status} answer={answer} />
        ))}
      </ul>
    </article>
  )
}

function Callers({ security }: Pick<Operation, 'security'>) {
  if (security.length === 0) return <p className="mt-3 text-quiet">{words.everybody}</p>
  return (
    <p className="mt-3 text-quiet">
      {words.callers} {security.map((one) => callerIn(one)).join(words.or)}.
    </p>
  )
}

/** What has to come together: schemes, with the scopes that are needed. */
function callerIn(schemes: Operation['security'][number]): string {
  const named = Object.entries(schemes).flatMap(([scheme, scopes = []]) => [
    words.schemes[scheme as keyof typeof words.schemes],
    ...scopes,
  ])
  return named.length === 0 ? words.nobodyYet : named.join(words.and)
}

function AnswerItem({ status, answer }: { status: string; answer: Answer }) {
  const headers = Object.keys(answer.headers ?? {})
  return (
    <li className="grid gap-x-4 py-2 sm:grid-cols-[13rem_1fr]">
      <span className="min-w-0">
        <span className="font-strong tabular">{status === 'default' ? words.other : status}</span>{' '}
        {answer.content && <Body content={answer.content} />}
      </span>
      <span className="min-w-0">
        {marked(answer.description)}
        {headers.length > 0 && (
          <span className="block break-words text-quiet text-small">{headers.join(', ')}</span>
        )}
      </span>
    </li>
  )
}

function Body({ content }: { content: Content }) {
  const [body] = Object.values(content)
  return body ? <TypeName schema={body.schema} /> : null
}
