import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeClock, settlePromises } from '#server/testing/fake-clock.ts'
import { delay } from '../shared/clock.ts'
import { silentLogger } from '../shared/logger.ts'
import type { Slot } from './instance-load.ts'
import { createLoadTable } from './load-table.ts'
import { SlotShares } from './slot-shares.ts'
import { MemorySlotLedger } from './testing/memory-slot-ledger.ts'
import { describeSlotLedger } from './testing/slot-ledger-contract.ts'

const deadAfterMs = 5_000
const key = { tenantId: 'default', moduleId: 'm', instanceId: 'm-1' }

describeSlotLedger('the slot ledger in memory', async () => {
  const clock = new FakeClock()
  const ledger = new MemorySlotLedger(clock, deadAfterMs)
  const living = new Set<string>()
  return {
    ledger,
    join: async id => {
      living.add(id)
      ledger.join(id)
    },
    async fallSilent(id) {
      living.delete(id)
      await clock.advance(deadAfterMs)
      for (const other of living) ledger.beat(other)
    },
  }
})

/** How long an ask takes to the ledger, and its answer back. */
const wayMs = 60
/** A replica that has not been answered a heartbeat for so long takes on nothing. */
const freshForMs = 4_000

/** Replicas that share one instance of a fleet. */
class Stage {
  readonly clock = new FakeClock()
  readonly ledger = new MemorySlotLedger(this.clock, deadAfterMs)
  readonly replicas = new Map<string, Replica>()
  readonly capacity: number

  constructor(capacity: number) {
    this.capacity = capacity
  }

  start(id: string): void {
    this.ledger.join(id)
    const replica = new Replica(this, id)
    this.replicas.set(id, replica)
    replica.beat()
  }

  /**
   * Calls in flight, without those that a replica had when the others took it for dead: nobody can end them from outside.
   */
  get inFlight(): number {
    let sum = 0
    for (const replica of this.replicas.values()) {
      replica.judge(
        [...this.replicas.keys()].every(id => id === replica.id || this.ledger.others(id).includes(replica.id)),
      )
      sum += replica.counted
    }
    return sum
  }
}

class Replica {
  readonly id: string
  /** Whether the database can be reached. */
  isOnline = true
  readonly #stage: Stage
  readonly #load
  readonly #shares: SlotShares
  #slots: { slot: Slot; isWrittenOff: boolean }[] = []
  #beatAt = Number.NEGATIVE_INFINITY
  #others: string[] = []
  #isAlive = true

  constructor(stage: Stage, id: string) {
    this.id = id
    this.#stage = stage
    const { clock, ledger, capacity } = stage
    this.#load = createLoadTable({ clock })
    this.#load.of(key)
    this.#shares = new SlotShares({
      ledger: {
        share: async (replicaId, asks) => {
          await delay(clock, wayMs)
          this.#requireLine()
          const round = await ledger.share(replicaId, asks)
          await delay(clock, wayMs)
          this.#requireLine()
          return round
        },
      },
      catalog: {
        tenants: () => [key.tenantId],
        list: () => [{ id: key.moduleId, instances: [{ id: key.instanceId, capacity }] }] as never,
      },
      load: this.#load,
      usable: (_key, slots) => slots,
      others: () => this.#others,
      replicaId: id,
      clock,
      logger: silentLogger,
      onMore() {},
    })
  }

  get counted(): number {
    return this.#slots.filter(({ isWrittenOff }) => !isWrittenOff).length
  }

  get isIdle(): boolean {
    return this.#slots.length === 0
  }

  beat(): void {
    if (this.isOnline) {
      this.#stage.ledger.beat(this.id)
      this.#beatAt = this.#stage.clock.now()
      this.#others = this.#stage.ledger.others(this.id)
    }
    void this.#shares.rebalance()
  }

  /** As the dispatcher does. */
  call(): void {
    if (this.#stage.clock.now() - this.#beatAt < freshForMs) this.#take(false)
  }

  /** A slot for somebody who makes the call: given while capacity is shared, also when no heartbeat is answered. */
  route(): void {
    if (this.#shares.isShared) this.#take(true)
  }

  #take(isOutside: boolean): void {
    const { clock, capacity } = this.#stage
    const load = this.#load.of(key)
    if (load.inFlight >= load.limit(capacity)) return isOutside ? load.noteMissed() : undefined
    this.#slots.push({ slot: load.take(() => clock.now(), false, isOutside), isWrittenOff: false })
  }

  finish(): void {
    this.#slots.shift()?.slot.release(null)
  }

  /** Whether the others count it among the living. What it begins afterwards, dead or not, is its own fault. */
  judge(isAlive: boolean): void {
    if (!isAlive && this.#isAlive) for (const call of this.#slots) call.isWrittenOff = true
    this.#isAlive = isAlive
  }

  stop(): void {
    this.#shares.stop()
    this.#stage.ledger.leave(this.id)
    this.#stage.replicas.delete(this.id)
  }

  #requireLine(): void {
    if (!this.isOnline) throw new Error('the database does not answer')
  }
}

const who = fc.nat(3).map(index => `r${index}`)
const doing = fc.oneof(
  { weight: 8, arbitrary: fc.constant('call' as const) },
  { weight: 2, arbitrary: fc.constant('route' as const) },
  { weight: 5, arbitrary: fc.constant('finish' as const) },
  { weight: 5, arbitrary: fc.constant('beat' as const) },
  { weight: 2, arbitrary: fc.constant('start' as const) },
  { weight: 1, arbitrary: fc.constant('stop' as const) },
  { weight: 1, arbitrary: fc.constant('lose the line' as const) },
  { weight: 1, arbitrary: fc.constant('find the line' as const) },
)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ who, what: doing }) },
  { weight: 2, arbitrary: fc.record({ pass: fc.nat(100) }) },
  { weight: 1, arbitrary: fc.record({ pass: fc.nat(2_000) }) },
)

function act(
  stage: Stage,
  id: string,
  what: 'call' | 'route' | 'finish' | 'beat' | 'start' | 'stop' | 'lose the line' | 'find the line',
): void {
  const replica = stage.replicas.get(id)
  if (what === 'start' && !replica) stage.start(id)
  else if (what === 'call') for (let n = 0; n < 3; n++) replica?.call()
  else if (what === 'route') replica?.route()
  else if (what === 'finish') replica?.finish()
  else if (what === 'beat') replica?.beat()
  else if (what === 'lose the line' && replica) replica.isOnline = false
  else if (what === 'find the line' && replica) replica.isOnline = true
  else if (what === 'stop' && replica?.isIdle) replica.stop()
}

describe('the shares of all replicas', () => {
  test('never let more calls through than the instance has slots, whoever comes, goes, or loses its line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 100 }), async (capacity, steps) => {
        const stage = new Stage(capacity)
        stage.start('r0')
        for (const each of steps) {
          if ('pass' in each) await stage.clock.advance(each.pass)
          else act(stage, each.who, each.what)
          await settlePromises()
          expect(stage.inFlight).toBeLessThanOrEqual(capacity)
        }
      }),
      { numRuns: 1_500 },
    )
  })

  test('come to all the capacity within seconds, evenly, and go to those who are left when one dies', async () => {
    const stage = new Stage(10)
    for (const id of ['r0', 'r1', 'r2']) stage.start(id)
    await run(stage, ['r0', 'r1', 'r2'], 4)
    for (const id of ['r0', 'r1', 'r2']) tenTimes(stage, id, 'call')
    expect([...stage.replicas.values()].map(replica => replica.counted).sort()).toEqual([3, 3, 4])
    for (const id of ['r0', 'r1', 'r2']) tenTimes(stage, id, 'finish')
    await run(stage, ['r0', 'r2'], 9)
    for (const id of ['r0', 'r2']) tenTimes(stage, id, 'call')
    expect(stage.inFlight).toBe(10)
  })

  test('are not used any more by one whose line is lost when others may have them', async () => {
    const stage = new Stage(10)
    for (const id of ['r0', 'r1']) stage.start(id)
    await run(stage, ['r0', 'r1'], 4)
    act(stage, 'r0', 'lose the line')
    await run(stage, ['r0', 'r1'], 9)
    tenTimes(stage, 'r1', 'call')
    expect(stage.inFlight).toBe(10)
    tenTimes(stage, 'r0', 'route')
    expect(stage.inFlight).toBe(10)
  })

  test('count as given back from the moment in which less is asked for', async () => {
    const stage = new Stage(10)
    stage.start('r0')
    await run(stage, ['r0'], 2)
    stage.start('r1')
    act(stage, 'r0', 'beat')
    tenTimes(stage, 'r0', 'call')
    act(stage, 'r1', 'beat')
    await stage.clock.advance(300)
    tenTimes(stage, 'r1', 'call')
    expect(stage.inFlight).toBe(10)
  })

  test('follow callers who make their calls themselves to the replica that they ask', async () => {
    const stage = new Stage(10)
    for (const id of ['r0', 'r1']) stage.start(id)
    await run(stage, ['r0', 'r1'], 4)
    tenTimes(stage, 'r0', 'route')
    expect(stage.replicas.get('r0')?.counted).toBe(5)
    for (let second = 0; second < 6; second++) {
      await run(stage, ['r0', 'r1'], 1)
      tenTimes(stage, 'r0', 'route')
    }
    expect(stage.replicas.get('r0')?.counted).toBe(10)
  })
})

/** So many seconds in which these replicas beat. */
async function run(stage: Stage, ids: readonly string[], seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    for (const id of ids) act(stage, id, 'beat')
    await stage.clock.advance(1_000)
  }
}

function tenTimes(stage: Stage, id: string, what: 'call' | 'route' | 'finish'): void {
  for (let n = 0; n < 10; n++) act(stage, id, what)
}
