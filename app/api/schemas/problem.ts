import { z } from 'zod'
import { type ErrorCode, statusOf } from '#lib/errors'

const codes = Object.keys(statusOf) as [ErrorCode, ...ErrorCode[]]

/** Codes may bring more: `errors`, `choices`, `reason`, `missing_scope`, `scope`, `grant`, `refused_since`, `connect_url`. */
export const problem = z
  .looseObject({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(codes).meta({ description: 'What programs go by: one closed set.' }),
    errors: z
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'What is wrong with a request, by its path.' }),
    refused_since: z.iso
      .datetime()
      .optional()
      .meta({ description: 'Since when the provider has refused to renew this one grant.' }),
    connect_url: z.url().optional().meta({ description: 'The page where the user can mend it.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457.' })
