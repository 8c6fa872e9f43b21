/** The least that Next serves: what its own script weighs, before an app adds any. */
export default function Page() {
  return null
}
