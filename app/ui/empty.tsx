/** Where a list would stand if it had something in it. */
export function Empty({ title, body }: { title: string; body: string }) {
  return (
    <div className="rounded-panel bg-sunken px-5 py-6">
      <h2 className="text-large">{title}</h2>
      <p className="mt-1 max-w-prose text-quiet">{body}</p>
    </div>
  )
}
