import type { ErrorCode } from '#lib/errors'

/** What Grantkeeper answers where it gives no token (RFC 9457). */
export type Denial = {
  code: ErrorCode
  connect_url?: string
  choices?: { grant: string; account: { label: string | null } }[]
}

/** What a refusal means for the one who runs the job, and what to do. */
export function meaningOf({ code, connect_url, choices }: Denial, appUrl: string): string {
  const sentences: Partial<Record<ErrorCode, string>> = {
    not_connected: `Alice has not connected Acme Music. Log in as alice at ${appUrl} and press Connect.`,
    reauthorization_required: `Acme has ended the access. Only Alice can give it anew: ${connect_url}`,
    paused: 'Alice has paused this connection. Nothing is lost; the job waits.',
    account_required: `Alice has connected several accounts. From now on the job takes ${choices?.[0]?.account.label}.`,
    temporarily_unavailable:
      'Acme does not answer. Grantkeeper keeps trying; there is nothing for Alice to do.',
    rate_limited: 'Too many requests. The job waits as long as it is told to.',
    provider_misconfigured:
      'Acme refuses this app, not Alice. An administrator can mend it; her connection is kept.',
    login_required:
      'This API key is not known there. A demo that was started anew has a new key: start the job anew.',
    storage_unavailable:
      'Grantkeeper cannot reach its database. Nothing is refreshed until it can.',
  }
  return sentences[code] ?? 'Grantkeeper gives no token now. The job tries again.'
}
