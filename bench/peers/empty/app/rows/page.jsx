export const dynamic = 'force-dynamic'

/** Fifty connections, each shown with thirteen elements, as a list is written without a second thought. */
export default function Page() {
  const rows = Array.from({ length: 50 }, (_, n) => n)
  return (
    <ul>
      {rows.map((n) => (
        <li key={n}>
          <div>
            <img alt="" />
            <h3>Provider {n}</h3>
            <p>Ada Lovelace</p>
          </div>
          <dl>
            <dt>Connected</dt>
            <dd>3 days ago</dd>
            <dt>Used</dt>
            <dd>12 minutes ago</dd>
          </dl>
          <a href={`/rows/${n}`}>Details</a>
          <button type="button">Disconnect</button>
        </li>
      ))}
    </ul>
  )
}
