/** A name that a server gave itself, as far as it is a plain URL: nothing else of a server is printed. */
export function shownUrl(text: string): string {
  const isPlain = /^https?:\/\/[\w.:[\]~%@/-]{1,200}$/.test(text) && URL.canParse(text)
  return isPlain ? `"${text}"` : 'something that is no plain URL'
}
