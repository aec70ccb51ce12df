import { FakeClock } from '#server/testing/fake-clock.ts'
import { MemoryEventStore } from '#server/testing/memory-event-store.ts'
import { type InterruptiblePort, interruptible } from '#server/testing/outage.ts'
import type { EventType } from '../../../contracts/events.ts'
import type { EventFilter } from '../../operations.ts'
import { silentLogger } from '../../shared/logger.ts'
import { EventBus } from '../event-bus.ts'

export const tenantId = 'default'

/** The numbers from one to the other, both included. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

/** A bus over a log in memory whose line can be cut, on a clock of its own. */
export class BusStage {
  readonly clock = new FakeClock()
  readonly followers = new AbortController()
  store = new MemoryEventStore()
  line: InterruptiblePort<MemoryEventStore> = interruptible(this.store)
  bus!: EventBus

  static async open(): Promise<BusStage> {
    const stage = new BusStage()
    stage.bus = await stage.startBus()
    return stage
  }

  /** Ends those who follow in the background. */
  close(): void {
    this.followers.abort()
  }

  /** Begins anew, with an empty log. */
  async renew(): Promise<void> {
    this.store = new MemoryEventStore()
    this.line = interruptible(this.store)
    this.bus = await this.startBus()
  }

  /** Another one over the same log. */
  async startBus(): Promise<EventBus> {
    const started = new EventBus({ store: this.line.port, clock: this.clock, logger: silentLogger })
    await started.start([tenantId])
    await this.clock.advance(20)
    return started
  }

  async stopBus(stopping = this.bus): Promise<void> {
    const stopped = stopping.stop()
    await this.clock.advance(500)
    await stopped
  }

  publish(count: number, type: EventType = 'task.ready', data: Record<string, unknown> = {}): void {
    for (let n = 0; n < count; n++) this.bus.publish({ tenantId, type, data: { ...data, n } })
  }

  /** Publishes and waits until it is delivered. */
  async deliver(count: number, type: EventType = 'task.ready'): Promise<void> {
    this.publish(count, type)
    await this.clock.advance(60)
  }

  /** Follows in the background and collects the numbers seen. */
  follow(afterSeq: number | null, filter: EventFilter = {}, signal = this.followers.signal): number[] {
    const seen: number[] = []
    void (async () => {
      for await (const event of this.bus.follow(tenantId, filter, afterSeq, signal)) seen.push(event.seq)
    })()
    return seen
  }
}
