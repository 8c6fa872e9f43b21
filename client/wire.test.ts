import { expectTypeOf, test } from 'vitest'
import type { z } from 'zod'
import type { disconnected } from '../app/api/schemas/grant.ts'
import type { WireIntegration } from '../app/api/schemas/integration.ts'
import type { completion, ticket, ticketRequest } from '../app/api/schemas/ticket.ts'
import type { Api } from './api.ts'
import type { Integration, Revocation } from './index.ts'

test('what the API answers is what the client promises, and what it asks for is what it is sent', () => {
  expectTypeOf<WireIntegration>().toExtend<Integration>()
  expectTypeOf<z.output<typeof disconnected>>().toEqualTypeOf<Revocation>()
  expectTypeOf<z.output<typeof ticket>>().toExtend<Awaited<ReturnType<Api['begin']>>>()
  expectTypeOf<z.output<typeof completion>>().toExtend<Awaited<ReturnType<Api['redeem']>>>()
  expectTypeOf<Parameters<Api['begin']>[1]>().toExtend<z.input<typeof ticketRequest>>()
})
