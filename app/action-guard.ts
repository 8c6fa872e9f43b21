import { type NextRequest, NextResponse } from 'next/server'
import { isFromHere } from '#lib/fetch-metadata'

/**
 * Refuses a POST to a page that no form of ours sends, before Next looks at it, which would answer with a
 * 500 and write a stack trace: an action acts for the cookie that a browser sends along, so it must come from
 * a page of this origin, with or without script there. Browsers name that page in `Sec-Fetch-Site`, or at
 * least in `Origin` (all since 2020); what names neither is not a browser.
 * @returns undefined where it may go on
 */
export async function refusalOfAction(
  request: NextRequest,
  base: string,
): Promise<NextResponse | undefined> {
  const { headers } = request
  if (request.method !== 'POST') return headers.has('next-action') ? refused(400) : undefined
  const origin = headers.get('origin')
  if (!isFromHere(headers, base) || (origin !== null && origin !== base)) return refused(403)
  return (await isForm(request)) ? undefined : refused(400)
}

/** Every action takes one form, so that a list of other arguments is none of ours. */
async function isForm(request: NextRequest): Promise<boolean> {
  if (!/^multipart\/form-data *;/i.test(request.headers.get('content-type') ?? '')) return false
  try {
    const form = await request.clone().formData()
    const isByScript = request.headers.has('next-action')
    return isByScript ? isCalled(form, request.headers) : isPosted(form)
  } catch {
    return false
  }
}

/** As React writes a call with one form as its argument: `0` refers to it, and its fields begin with `_1_`. */
function isCalled(form: FormData, headers: Headers): boolean {
  const { 0: root, ...fields } = Object.fromEntries(form)
  const areOurs = Object.keys(fields).every((name) =>
    /^_?1_(?:[a-z]+|\$ACTION_ID_[0-9a-f]{42})$/.test(name),
  )
  return /^[0-9a-f]{42}$/.test(headers.get('next-action') ?? '') && root === '["$K1"]' && areOurs
}

/** As a browser without script posts the form: the action is a field, and there are no bound arguments. */
function isPosted(form: FormData): boolean {
  const special = [...form.keys()].filter((name) => name.startsWith('$'))
  return special.length === 1 && /^\$ACTION_ID_[0-9a-f]{42}$/.test(special[0] ?? '')
}

function refused(status: 400 | 403): NextResponse {
  const headers = { 'content-type': 'text/plain; charset=utf-8' }
  return new NextResponse('This request did not come from a page of this app.\n', {
    status,
    headers,
  })
}
