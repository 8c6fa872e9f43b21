import { z } from 'zod'
import { grant, grantStates } from './grant.ts'

const scope = z
  .strictObject({
    name: z.string(),
    title: z.string().nullable().meta({ description: 'In plain words, where there are some.' }),
    access: z.enum(['read', 'write']).nullable(),
    asked: z.enum(['always', 'on_demand']).meta({
      description: 'Whether it is asked for anyway, or only when it is named in `scope`.',
    }),
  })
  .meta({ id: 'Scope' })

export const integration = z
  .strictObject({
    provider: z.string().meta({ description: 'The id, as in paths.' }),
    name: z.string().meta({ description: 'For people.' }),
    summary: z.string().nullable(),
    state: z.enum(['not_connected', 'connecting', ...grantStates]).meta({
      description: 'Of the grant that needs the user most; without one, how things stand.',
    }),
    grants: z.array(grant).meta({ description: 'One an account; disconnected ones are left out.' }),
    scopes: z.array(scope),
    connect_url: z
      .url()
      .meta({ description: 'The page where a user who logs in here can connect.' }),
    manage_url: z.url().meta({ description: "The third party's own list of connected apps." }),
  })
  .meta({ id: 'Integration', description: 'One third party, with what the user has there.' })

export const integrationList = z
  .strictObject({ integrations: z.array(integration) })
  .meta({ id: 'IntegrationList' })

export const providerPath = z.object({
  provider: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .meta({ description: 'The id of the third party, such as `spotify`.', example: 'spotify' }),
})

export type WireIntegration = z.output<typeof integration>
