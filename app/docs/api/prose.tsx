/** A text of the description, in which `code` is marked by backticks. */
export function Prose({ text, className }: { text: string; className?: string }) {
  return <p className={className}>{marked(text)}</p>
}

export function marked(text: string) {
  return text.split('`').map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text have no other name
      <code key={index} className="break-words font-mono text-small">
        {part}
      </code>
    ) : (
      part
    ),
  )
}
