import type { WireEvent } from '#app/api/schemas/event'
import type { EventView } from '#lib/audit'

/** A row of the trail, as the API tells it. */
export function toEvent({ id, at, type, actor, detail, times }: EventView): WireEvent {
  return { id, at: at.toISOString(), type, actor, detail, times }
}
