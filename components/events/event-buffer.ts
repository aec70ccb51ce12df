import type { EventView } from '#server/contracts/events.ts'

/** What a list of events shows and what has come in meanwhile. */
export interface EventBuffer {
  /** Newest first, without repeats. */
  shown: readonly EventView[]
  /** Arrived while the list was held still; newest first. */
  pending: readonly EventView[]
  /** More arrived while held than is kept: catching up has to read anew. */
  isOverrun: boolean
  /** From where older events are read; null when there are none. */
  olderCursor: string | null
}

/** Held back at most; more than that nobody scrolls through. */
export const maxPending = 2_000

/** A first page, newest first, with the cursor of the next. */
export function openBuffer(page: { items: readonly EventView[]; nextCursor: string | null }): EventBuffer {
  return { shown: page.items, pending: [], isOverrun: false, olderCursor: page.nextCursor }
}

/**
 * Takes in what arrived, oldest first. A held list keeps it back; a live one shows it and lets go of its oldest beyond
 * `size`, which `olderCursor` then leads back to.
 */
export function receiveEvents(
  buffer: EventBuffer,
  arrived: readonly EventView[],
  { hold, size }: { hold: boolean; size: number },
): EventBuffer {
  const newest = buffer.pending[0]?.seq ?? buffer.shown[0]?.seq ?? 0
  const fresh = arrived.filter(event => event.seq > newest).reverse()
  if (fresh.length === 0) return buffer
  const pending = [...fresh, ...buffer.pending]
  if (!hold) return showPending({ ...buffer, pending }, size)
  if (pending.length <= maxPending) return { ...buffer, pending }
  return { ...buffer, pending: pending.slice(0, maxPending), isOverrun: true }
}

/** Shows what was held back. Not for an overrun buffer: it has lost some. */
export function showPending(buffer: EventBuffer, size: number): EventBuffer {
  if (buffer.pending.length === 0) return buffer
  const all = [...buffer.pending, ...buffer.shown]
  const shown = all.slice(0, size)
  const last = shown.at(-1)
  const olderCursor = all.length > size && last ? String(last.seq) : buffer.olderCursor
  return { shown, pending: [], isOverrun: false, olderCursor }
}

/** Adds a page of older events below. */
export function appendOlder(
  buffer: EventBuffer,
  page: { items: readonly EventView[]; nextCursor: string | null },
): EventBuffer {
  const oldest = buffer.shown.at(-1)?.seq ?? Number.POSITIVE_INFINITY
  const older = page.items.filter(event => event.seq < oldest)
  return { ...buffer, shown: [...buffer.shown, ...older], olderCursor: page.nextCursor }
}
