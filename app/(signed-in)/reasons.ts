import { asErrorCode } from '#lib/errors'
import { errorSentence, texts } from '../texts.ts'

/** Why a grant has ended, or undefined for a reason that we have no words for. */
export function reasonOfEnd(provider: string, reason: string | null | undefined) {
  const { other, ...known } = texts.states.reauthorize
  return Object.entries(known).find(([code]) => code === reason)?.[1](provider)
}

/** Why something did not work then: an error code as history, where `errorSentence` tells the present. */
export function reasonOfFailure(provider: string | undefined, code: unknown): string | undefined {
  const known = asErrorCode(code)
  if (!known) return
  const then = Object.entries(texts.events.because).find(([one]) => one === known)?.[1]
  return then ? then(provider ?? texts.someService) : errorSentence(known, provider).what
}
