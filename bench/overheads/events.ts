import { performance } from 'node:perf_hooks'
import { EventBus } from '#server/core/events/event-bus.ts'
import type { EventCount, EventStore, SequencedBatch, StampedEvent } from '#server/core/events/event-store.ts'
import type { NewEvent } from '#server/core/operations.ts'
import type { Clock } from '#server/core/shared/clock.ts'
import { silentLogger } from '#server/core/shared/logger.ts'
import type { OverheadMeasurement } from './breaker.ts'

const tenantId = 'default'
const warmUpEvents = 50_000
const measuredEvents = 200_000
/** Published in one go; then the bus is let deliver them. */
const burst = 1_000
const measuredBursts = 200
const subscribers = 5

const clock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Numbers what it is given and keeps none of it: what is left is the cost of the bus itself. */
class ForgetfulEventStore implements EventStore {
  #committed: { tenantId: string; events: readonly StampedEvent[] }[] = []
  #lastSeq = 0

  async append(batches: readonly { tenantId: string; events: readonly StampedEvent[] }[]): Promise<void> {
    this.#committed.push(...batches)
  }

  async sequence(maxBatches: number): Promise<SequencedBatch[]> {
    return this.#committed.splice(0, maxBatches).map(batch => ({
      tenantId: batch.tenantId,
      events: batch.events.map(event => ({ ...event, at: new Date(event.at).toISOString(), seq: ++this.#lastSeq })),
    }))
  }

  async position() {
    return { lastSeq: this.#lastSeq, countedSeq: this.#lastSeq }
  }

  readSequenced = async () => []
  readAfter = async (_tenantId: string, afterSeq: number) => ({ events: [], scannedTo: afterSeq, more: false })
  readBefore = async () => ({ events: [], scannedTo: null })
  savedTotals = async () => ({ seq: 0, totals: [] })
  addTotals = async (_additions: readonly EventCount[], _fromSeq: number, toSeq: number) => toSeq
}

/**
 * What an event costs its publisher, and for how long it keeps the process busy from publication to five subscribers
 * (gathering, ordering, numbering, window, totals, delivery), without the database.
 */
export async function measureEvents(): Promise<OverheadMeasurement[]> {
  return [await measurePublishing(), await measureDelivery()]
}

async function measurePublishing(): Promise<OverheadMeasurement> {
  const { bus, delivered } = await startBus()
  const durationsUs = new Float64Array(measuredEvents)
  for (let index = -warmUpEvents; index < measuredEvents; index++) {
    const event = eventOf(index)
    const startedAt = performance.now()
    bus.publish(event)
    if (index >= 0) durationsUs[index] = (performance.now() - startedAt) * 1_000
    if (index % burst === 0) await delivered()
  }
  await bus.stop()
  return summarize('event publish', durationsUs)
}

async function measureDelivery(): Promise<OverheadMeasurement> {
  const { bus, delivered } = await startBus()
  const durationsUs = new Float64Array(measuredBursts)
  for (let index = -measuredBursts / 4; index < measuredBursts; index++) {
    const before = performance.eventLoopUtilization()
    for (let event = 0; event < burst; event++) bus.publish(eventOf(event))
    await delivered()
    const { active } = performance.eventLoopUtilization(before)
    if (index >= 0) durationsUs[index] = (active * 1_000) / burst
  }
  await bus.stop()
  return summarize('event publish to delivery, five subscribers', durationsUs)
}

async function startBus() {
  const bus = new EventBus({ store: new ForgetfulEventStore(), clock, logger: silentLogger })
  await bus.start([tenantId])
  for (let index = 0; index < subscribers; index++) bus.subscribe(index % 2 === 0 ? '*' : 'task.*', () => {})
  let waiting: (() => void) | null = null
  bus.subscribe('*', () => {
    if (bus.pending > 0) return
    waiting?.()
    waiting = null
  })
  const delivered = () =>
    new Promise<void>(resolve => {
      waiting = resolve
    })
  return { bus, delivered }
}

function eventOf(index: number): NewEvent {
  return {
    tenantId,
    type: index % 2 === 0 ? 'agent.started' : 'agent.completed',
    priority: 1 + (Math.abs(index) % 10),
    taskId: '01990000-0000-7000-8000-000000000001',
    moduleId: 'summaries',
    instanceId: 'summaries-1',
    data: { type: 'text.summarize', attempt: 1 },
  }
}

function summarize(name: string, durationsUs: Float64Array): OverheadMeasurement {
  durationsUs.sort()
  return { name, medianUs: percentile(durationsUs, 0.5), p99Us: percentile(durationsUs, 0.99) }
}

function percentile(sorted: Float64Array, fraction: number): number {
  const value = sorted[Math.ceil(sorted.length * fraction) - 1] ?? Number.NaN
  return Math.round(value * 100) / 100
}

if (import.meta.main) console.log(JSON.stringify(await measureEvents(), null, 2))
