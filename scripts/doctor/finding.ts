/** What was looked at, how it is, and for what is not as it should be, what to do. */
export type Finding = {
  about: string
  /** `note`: it works, and may not be what was meant. */
  verdict: 'good' | 'note' | 'fault'
  says: string
  mend?: string
}

export function good(about: string, says: string): Finding {
  return { about, verdict: 'good', says }
}

export function note(about: string, says: string, mend: string): Finding {
  return { about, verdict: 'note', says, mend }
}

export function fault(about: string, says: string, mend: string): Finding {
  return { about, verdict: 'fault', says, mend }
}
