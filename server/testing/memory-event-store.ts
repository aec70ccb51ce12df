import type { EventView } from '../contracts/events.ts'
import { matchesFilter, matchesListFilter } from '../core/events/event-filter.ts'
import type { EventCount, EventStore, SequencedBatch, StampedEvent } from '../core/events/event-store.ts'
import type { EventFilter, EventListFilter } from '../core/operations.ts'

/** An event log in memory that passes the same contract suite as the one in PostgreSQL. */
export class MemoryEventStore implements EventStore {
  readonly #committed: { tenantId: string; events: readonly StampedEvent[] }[] = []
  readonly #log: SequencedBatch[] = []
  readonly #totals = new Map<string, EventCount>()
  #lastSeq = 0
  #countedSeq = 0

  async append(batches: readonly { tenantId: string; events: readonly StampedEvent[] }[]): Promise<void> {
    this.#committed.push(...batches)
  }

  async sequence(maxBatches: number): Promise<SequencedBatch[]> {
    const numbered = this.#committed.splice(0, maxBatches).map(({ tenantId, events }) => ({
      tenantId,
      events: events.map(event => ({ ...event, at: new Date(event.at).toISOString(), seq: ++this.#lastSeq })),
    }))
    this.#log.push(...numbered)
    return numbered
  }

  async readSequenced(afterSeq: number, maxBatches: number): Promise<SequencedBatch[]> {
    return this.#log.filter(batch => (batch.events[0]?.seq ?? 0) > afterSeq).slice(0, maxBatches)
  }

  async readAfter(
    tenantId: string,
    afterSeq: number,
    filter: EventFilter,
    limit: number,
  ): Promise<{ events: EventView[]; scannedTo: number; more: boolean }> {
    const later = this.#eventsOf(tenantId).filter(event => event.seq > afterSeq)
    const events = later.filter(event => matchesFilter(filter, event)).slice(0, limit)
    const more = events.length >= limit && later.at(-1)?.seq !== events.at(-1)?.seq
    const scannedTo = (more ? events : later).at(-1)?.seq ?? afterSeq
    return { events, scannedTo, more }
  }

  async readBefore(
    tenantId: string,
    beforeSeq: number | null,
    filter: EventListFilter,
    limit: number,
  ): Promise<{ events: EventView[]; scannedTo: number | null }> {
    const earlier = this.#eventsOf(tenantId)
      .filter(event => beforeSeq === null || event.seq < beforeSeq)
      .reverse()
    const events = earlier.filter(event => matchesListFilter(filter, event)).slice(0, limit)
    const more = events.length >= limit && earlier.at(-1)?.seq !== events.at(-1)?.seq
    return { events, scannedTo: more ? (events.at(-1)?.seq ?? null) : null }
  }

  async position(): Promise<{ lastSeq: number; countedSeq: number }> {
    return { lastSeq: this.#lastSeq, countedSeq: this.#countedSeq }
  }

  async savedTotals(): Promise<{ seq: number; totals: EventCount[] }> {
    return { seq: this.#countedSeq, totals: [...this.#totals.values()].map(entry => ({ ...entry })) }
  }

  async addTotals(additions: readonly EventCount[], fromSeq: number, toSeq: number): Promise<number> {
    if (this.#countedSeq !== fromSeq) return this.#countedSeq
    for (const { tenantId, type, count } of additions) {
      const key = `${tenantId} ${type}`
      this.#totals.set(key, { tenantId, type, count: (this.#totals.get(key)?.count ?? 0) + count })
    }
    this.#countedSeq = toSeq
    return toSeq
  }

  #eventsOf(tenantId: string): EventView[] {
    return this.#log.flatMap(batch => (batch.tenantId === tenantId ? batch.events : []))
  }
}
