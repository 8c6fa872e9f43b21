import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { GrantkeeperError } from '#lib/errors'
import { sealFor, unsealFor } from './seal.ts'

/** A SPA's right to begin one attempt for its user, for a minute. It binds no browser. */
export type Ticket = z.output<typeof shape> & { readonly [unsealed]: true }

/** Seconds that a ticket lives: from the SPA's request to the browser that follows its link. */
export const ticketLifeS = 60

/** The ticket that goes into a start URL. */
export function newTicket(wish: TicketWish): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + ticketLifeS
  return sealFor('ticket', {
    ...wish,
    typ: 'ticket',
    id: randomBytes(32).toString('base64url'),
    exp,
  })
}

/**
 * The ticket of a start URL. Whoever takes it sees to it that it is used once.
 * @throws {GrantkeeperError} `invalid_ticket` for one that is late, foreign, or of another provider
 */
export async function openTicket(value: string, provider: string): Promise<Ticket> {
  const { success, data } = shape.safeParse(await unsealFor('ticket', value.slice(0, 8192)))
  const isGood = success && data.exp > Date.now() / 1000 && data.provider === provider
  if (!isGood) throw new GrantkeeperError('invalid_ticket')
  return { ...data, [unsealed]: true }
}

/** The key under which a ticket is remembered as used. It gives nothing of the ticket away. */
export function usedTicket({ id }: Ticket): string {
  return createHash('sha256').update(`ticket ${id}`).digest('base64url')
}

declare const unsealedBrand: unique symbol
const unsealed = Symbol('unsealed') as unknown as typeof unsealedBrand

type TicketWish = Omit<z.input<typeof shape>, 'typ' | 'id' | 'exp'>

const shape = z.strictObject({
  typ: z.literal('ticket'),
  id: z.string(),
  provider: z.string(),
  return_to: z.string(),
  scope: z.array(z.string()),
  grant: z.string().optional(),
  /** S256 of a verifier that only the page has that asked (as in RFC 7636). */
  challenge: z.string(),
  /** The login issuer of `sub`. */
  login: z.string(),
  sub: z.string(),
  org: z.string(),
  exp: z.number(),
})
