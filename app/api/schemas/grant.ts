import { z } from 'zod'

export const time = z.iso.datetime().meta({ description: 'ISO 8601, in UTC.' })

export const account = z
  .strictObject({
    id: z.string().meta({ description: 'As the third party names it.' }),
    label: z.string().nullable().meta({ description: 'For people.' }),
  })
  .meta({ id: 'Account', description: 'The identity at the third party that a grant speaks for.' })

export const grantStates = [
  'connected',
  'missing_scopes',
  'expiring',
  'paused',
  'refused',
  'unavailable',
  'misconfigured',
  'reauthorization_required',
  'disconnected',
] as const

export const revocation = z.enum(['revoked', 'unsupported', 'failed']).meta({
  id: 'Revocation',
  description:
    'What became of the access at the third party: it confirmed that it is over; it has no way to be told; or it did not confirm, and is asked again for a day.',
})

const trouble = z
  .strictObject({
    code: z.enum([
      'temporarily_unavailable',
      'storage_unavailable',
      'provider_misconfigured',
      'credential_unreadable',
    ]),
    since: time.nullable(),
    reference: z.string().nullable().meta({
      description: 'By which an administrator finds it in the log.',
    }),
    works_until: time.nullable().meta({
      description: 'Until when the grant works all the same; null where it does not.',
    }),
  })
  .meta({ id: 'Trouble', description: 'What keeps a grant from being refreshed.' })

export const grant = z
  .strictObject({
    id: z.uuid(),
    provider: z.string(),
    account: account.nullable().meta({ description: 'Null where the third party tells none.' }),
    status: z.enum(['active', 'reauthorization_required', 'disconnected']).meta({
      description:
        'What is stored: whether the third party honours the grant, as far as it is known.',
    }),
    state: z.enum(grantStates).meta({
      description:
        'What a page says of it. Of several that are true it is what the user decided, else the worst.',
    }),
    reason: z.string().nullable().meta({
      description:
        'Why it has to be connected again: `invalid_grant`, `refused` (for more than a day, while others were not), `lost_rotation`, `possible_reuse`, `expired`, or another.',
    }),
    trouble: trouble.nullable(),
    scope: z.array(z.string()).meta({ description: 'What was granted.' }),
    missing_scope: z.array(z.string()).meta({ description: 'What was asked for and not granted.' }),
    connected_at: time,
    last_used_at: time.nullable(),
    last_used_by: z.string().nullable().meta({
      description: 'The name of a backend job; `proxy` where it was the user.',
    }),
    last_refreshed_at: time.nullable(),
    ends_at: time
      .nullable()
      .meta({ description: 'When it ends whatever happens; null: not known.' }),
    paused_at: time.nullable(),
    disconnected_at: time.nullable(),
    revocation: revocation.nullable(),
    connect_url: z.url().nullable().meta({
      description: 'The page where its user can mend it; null where there is nothing to mend.',
    }),
  })
  .meta({
    id: 'Grant',
    description: 'What a user lets this app do at one account. No token is in it.',
  })

export const grantPath = z.object({
  id: z.uuid().meta({ description: "The grant's id." }),
})

export const disconnected = z.strictObject({ revocation }).meta({ id: 'Disconnected' })

export type WireGrant = z.output<typeof grant>
