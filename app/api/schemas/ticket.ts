import { z } from 'zod'
import { account } from './grant.ts'

export const ticketRequest = z
  .strictObject({
    return_to: z.string().max(512).meta({
      description: 'One of `SPA_COMPLETION_URLS`, exactly, on the origin that asks.',
    }),
    challenge: z
      .string()
      .regex(/^[A-Za-z0-9_-]{43}$/, 'is not the base64url of a SHA-256')
      .meta({
        description: 'base64url of the SHA-256 of a verifier that the page keeps (RFC 7636, S256).',
      }),
    scope: z.string().max(1000).optional().meta({
      description: 'Scopes besides those that are always asked for, with spaces between.',
    }),
    grant: z.uuid().optional().meta({ description: 'Connect this grant again.' }),
  })
  .meta({ id: 'TicketRequest' })

export const ticket = z
  .strictObject({
    start_url: z.url().meta({ description: 'Where the browser goes, once.' }),
    expires_in: z.number().int().meta({ description: 'Seconds.' }),
  })
  .meta({ id: 'Ticket' })

export const completionRequest = z
  .strictObject({
    handle: z
      .string()
      .regex(/^[A-Za-z0-9_-]{43}$/, 'is not a handle')
      .meta({ description: 'From the fragment of the page that the browser came back to.' }),
    verifier: z
      .string()
      .regex(/^[A-Za-z0-9._~-]{43,128}$/, 'is not a verifier (RFC 7636 §4.1)')
      .meta({ description: 'Of the challenge.' }),
  })
  .meta({ id: 'CompletionRequest' })

export const completion = z
  .strictObject({
    integration: z.string(),
    status: z.literal('connected'),
    grant: z.uuid(),
    account,
  })
  .meta({ id: 'Completion' })
