import { z } from 'zod'
import { account } from './grant.ts'

// Postgres takes no NUL in a text.
const name = z
  .string()
  .min(1)
  .max(255)
  .refine((text) => !text.includes('\0'), 'has a NUL in it')

export const tokenRequest = z
  .strictObject({
    user: name.meta({ description: "The `sub` of the user's login, exactly." }),
    org: name.optional().meta({
      description:
        'The organization of that login; a caller that is bound to one may leave it out.',
    }),
    grant: z.uuid().optional().meta({ description: 'Which grant, where the user has several.' }),
    scope: z.string().max(2000).optional().meta({
      description: 'Needed scopes, with spaces between: without all of them there is no token.',
    }),
    min_ttl: z.number().int().min(0).max(86_400).optional().meta({
      description: 'Seconds that the token shall still live.',
    }),
    refused: z.boolean().optional().meta({
      description:
        'True where the third party has just refused the token that was given: at most one refresh in 30 seconds comes of it, and the answer is a new token, or the same.',
    }),
  })
  .meta({ id: 'TokenRequest' })

export const token = z
  .strictObject({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.number().int().optional().meta({
      description: 'Seconds; left out where the third party does not tell.',
    }),
    scope: z.string(),
    missing_scope: z
      .string()
      .optional()
      .meta({ description: 'Asked of the user, and not granted.' }),
    grant: z.uuid(),
    account,
  })
  .meta({ id: 'Token', description: 'A fresh access token (RFC 6749 §5.1). Keep it nowhere.' })
