import { z } from 'zod'
import { cursorForm, eventTypes } from '#lib/audit'
import { time } from './grant.ts'

const event = z
  .strictObject({
    // Not z.uuid(): the id of what is folded is a hash in that form.
    id: z.guid(),
    at: time,
    type: z.enum(eventTypes),
    actor: z.enum(['user', 'job', 'system']),
    detail: z.record(z.string(), z.string()).meta({
      description: 'What belongs to the type, such as `caller`, `reason` or `revocation`.',
    }),
    times: z.number().int().min(1).meta({
      description: 'How often, where several are one: uses by one caller within a minute.',
    }),
  })
  .meta({ id: 'Event', description: 'Something that happened to a grant.' })

export const eventPage = z
  .strictObject({
    events: z.array(event).meta({ description: 'The newest first.' }),
    next_cursor: z.string().nullable().meta({
      description:
        'The `cursor` of the next page, which `Link: rel="next"` names too; null at the end.',
    }),
  })
  .meta({ id: 'EventPage' })

export const eventQuery = z.object({
  limit: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be 1 or more')
    .max(100, 'must be 100 or less')
    .default(50)
    .meta({ description: 'How many at most: 1 to 100, and 50 where it is left out.' }),
  cursor: z.string().regex(cursorForm, 'is not a cursor').optional().meta({
    description: '`next_cursor` of the page before, as it is.',
  }),
})

export type WireEvent = z.output<typeof event>
