/** A sentence for the user about a code of Grantkeeper: what happened, or what to do. */
export function messageOf(code: string, name = 'the service'): string {
  // Not everything that a name leads to is a sentence: `constructor` has no `split`.
  const parts = sentences[code]?.split?.('%')
  return parts?.join(name) ?? `That did not work, and ${kept}. ${again}.`
}

const again = 'Please try again'
const kept = 'nothing was changed'
const tell = 'Please tell whoever runs this app.'
const trouble = `There is trouble at %, and ${kept}. ${again} in a minute.`

/** `%` stands for the third party's name. The last four are this client's own. */
const sentences: Record<string, string> = {
  access_denied: `Your access is switched off. ${tell}`,
  account_mismatch: `You chose another account at % than before. ${again}.`,
  account_required: 'Please choose an account at %.',
  credential_unreadable: '% needs your consent again.',
  exchange_failed: trouble,
  expired_state: `That took too long, and ${kept}. ${again}.`,
  insufficient_scope: `What was allowed is not enough. ${again}.`,
  invalid_return_to: `The set-up for % is wrong. ${tell}`,
  invalid_state: `This answer was used, or not asked for in this tab. ${again}.`,
  invalid_ticket: `That took too long, and ${kept}. ${again}.`,
  login_required: 'Please log in again.',
  paused: 'The use of % is paused.',
  provider_error: trouble,
  provider_misconfigured: `The set-up for % is wrong. ${tell}`,
  rate_limited: `That was too often. ${again} in a minute.`,
  reauthorization_required: '% needs your consent again.',
  temporarily_unavailable: trouble,
  cancelled: `You cancelled at %, and ${kept}.`,
  storage_blocked: 'Please let this page keep data.',
  unreachable: `There is no answer. ${again} in a minute.`,
  window_closed: 'The window is closed, or behind this one. Finish there, or start again.',
}
