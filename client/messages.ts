/** A sentence for the user about a code of Grantkeeper: what happened, or what to do. */
export function messageOf(code: string, name = 'the service'): string {
  const sentence = Object.hasOwn(sentences, code) ? sentences[code] : undefined
  return (sentence ?? `That did not work, and ${kept}. ${again}.`).split('%').join(name)
}

const again = 'Please try again'
const kept = 'nothing was changed'
const late = `That took too long, and ${kept}. ${again}.`
const reconnect = 'Please reconnect %: your consent is needed again.'
const setUp = 'The set-up for % is wrong. Please tell whoever runs this app.'
const trouble = `There is trouble at %, and ${kept}. ${again} in a minute.`

/** `%` stands for the third party's name. The last two are this client's own. */
const sentences: Record<string, string> = {
  access_denied: `You cancelled at %, and ${kept}.`,
  account_mismatch: `You chose another account at % than before. ${again}.`,
  account_required: 'Choose one of your accounts at %.',
  credential_unreadable: reconnect,
  exchange_failed: trouble,
  expired_state: late,
  insufficient_scope: `You did not allow at % what is needed. ${again}.`,
  invalid_return_to: setUp,
  invalid_state: `This answer was used already, or not asked for in this tab. ${again}.`,
  invalid_ticket: late,
  login_required: 'Please log in again.',
  paused: 'The use of % is paused.',
  provider_error: trouble,
  provider_misconfigured: setUp,
  rate_limited: `That was too often. ${again} in a minute.`,
  reauthorization_required: reconnect,
  temporarily_unavailable: trouble,
  unreachable: `There is no answer. ${again} in a minute.`,
  window_closed: 'The window was closed, or is behind this one. Finish there, or start again.',
}
