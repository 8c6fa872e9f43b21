import { type Answer, send } from './browser-client.ts'
import type { Member } from './fleet.ts'

/** Lets an instance do what is due, as the platform's timer does. */
export function cron({ app, env }: Pick<Member, 'app' | 'env'>): Promise<Answer> {
  const url = new URL(`http://127.0.0.1:${app.port}/api/cron`)
  return send(url, { headers: { authorization: `Bearer ${env.CRON_SECRET}` } })
}
