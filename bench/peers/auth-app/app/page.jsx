/** The least that Next serves. */
export default function Page() {
  return null
}
