/** Rejects with the signal's reason once it is aborted: for waits that heed no signal themselves. */
export function aborted(signal: AbortSignal): Promise<never> {
  const rejected = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  // Where nobody waits any more, nobody has to hear of it.
  rejected.catch(() => {})
  return rejected
}
