import type { EventView } from '../../contracts/events.ts'
import type { EventFilter } from '../operations.ts'
import { matchesFilter } from './event-filter.ts'
import type { EventStore } from './event-store.ts'
import type { EventWindow } from './event-window.ts'

/** What following needs of the bus. */
export interface FollowedLog {
  store: Pick<EventStore, 'readAfter' | 'position'>
  window: EventWindow
  /** The number of the last event that was delivered. */
  deliveredSeq: () => number
  /** Resolves at the next delivery, when the signal aborts, or when the bus stops. */
  nextDelivery: (signal: AbortSignal) => Promise<void>
  isRunning: () => boolean
}

const pageSize = 500

/**
 * Every event of a tenant after `afterSeq`, in sequence, without gap or repeat: from the window where it reaches back far
 * enough, else from the store, page by page, until the window does.
 */
export async function* followLog(
  log: FollowedLog,
  tenantId: string,
  filter: EventFilter,
  afterSeq: number,
  signal: AbortSignal,
): AsyncGenerator<EventView> {
  let cursor = afterSeq
  // A number that was never given comes from another log, which this one replaced: go on from the end of this one.
  if (cursor > log.deliveredSeq()) cursor = Math.min(cursor, (await log.store.position()).lastSeq)
  while (!signal.aborted && log.isRunning()) {
    const held = log.window.after(cursor)
    if (held === null) {
      const deliveredSeq = log.deliveredSeq()
      const page = await log.store.readAfter(tenantId, cursor, filter, pageSize)
      for (const event of page.events) {
        yield event
        if (signal.aborted) return
      }
      // On its last page the store has shown all that had been delivered when it was asked.
      cursor = page.more ? page.scannedTo : Math.max(page.scannedTo, deliveredSeq)
      continue
    }
    for (const event of held) {
      cursor = event.seq
      if (matchesFilter(filter, event)) yield event
      if (signal.aborted) return
    }
    if (held.length === 0) await log.nextDelivery(signal)
  }
}
