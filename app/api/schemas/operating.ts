import { z } from 'zod'

export const alive = z.strictObject({ status: z.literal('alive') }).meta({ id: 'Alive' })

export const ready = z.strictObject({ status: z.literal('ready') }).meta({ id: 'Ready' })

export const notReady = z
  .strictObject({ status: z.literal('not_ready'), code: z.string() })
  .meta({ id: 'NotReady' })

export const swept = z.strictObject({ status: z.enum(['done', 'incomplete']) }).meta({
  id: 'Swept',
  description: '`incomplete`, with 503: the log tells what could not be done.',
})
