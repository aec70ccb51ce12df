import { beforeEach, describe, expect, test } from 'vitest'
import { EventHub } from '#server/testing/event-hub.ts'
import { FakeClock, settlePromises } from '#server/testing/fake-clock.ts'
import { TaskWatch } from './task-watch.ts'

let clock: FakeClock
let hub: EventHub
let watch: TaskWatch

beforeEach(() => {
  clock = new FakeClock()
  hub = new EventHub()
  watch = new TaskWatch({ events: hub, clock })
})

/** Waits, and says when it was let go, in ms after the start. */
function waiting(taskId: string, waitMs: number): { at: number | null } {
  const startedAt = clock.now()
  const waiter: { at: number | null } = { at: null }
  void watch.ended(taskId, waitMs).then(() => {
    waiter.at = clock.now() - startedAt
  })
  return waiter
}

describe('waiting for the end of a task', () => {
  test.each(['task.succeeded', 'task.failed', 'task.cancelled', 'task.expired'] as const)(
    'is over with %s, for all who wait for it and nobody else',
    async type => {
      const [one, two, other] = [waiting('a', 60_000), waiting('a', 60_000), waiting('b', 60_000)]
      await clock.advance(500)
      hub.tell('task.running', 'a')
      await settlePromises()
      expect(one.at).toBeNull()
      hub.tell(type, 'a')
      await settlePromises()
      expect([one.at, two.at, other.at]).toEqual([500, 500, null])
      expect(watch.waiting).toBe(1)
    },
  )

  test('is over at its time-out, and leaves nothing behind', async () => {
    const waiter = waiting('a', 1_000)
    await clock.advance(999)
    expect(waiter.at).toBeNull()
    await clock.advance(1)
    expect(waiter.at).toBe(1_000)
    expect([watch.waiting, clock.pendingTimers]).toEqual([0, 0])
  })

  test('is over when the server stops, also for who comes after', async () => {
    const before = waiting('a', 60_000)
    watch.stop()
    const after = waiting('a', 60_000)
    await settlePromises()
    expect([before.at, after.at, watch.waiting, clock.pendingTimers]).toEqual([0, 0, 0, 0])
  })

  test('holds one timer for each who waits, and none for the others', async () => {
    for (let count = 0; count < 10_000; count++) waiting(`t${count}`, 60_000)
    expect(watch.waiting).toBe(10_000)
    for (let count = 0; count < 10_000; count++) hub.tell('task.succeeded', `t${count}`)
    await settlePromises()
    expect([watch.waiting, clock.pendingTimers]).toEqual([0, 0])
  })
})

describe('progress', () => {
  const report = (leaseNo: number, percent: number) =>
    hub.tell('task.progress', 'a', { leaseNo, percent, stage: null, message: null })

  test('is that of the lease asked about, the newest, until the task moves on', () => {
    expect(watch.progressOf('a', 1)).toBeNull()
    report(1, 10)
    report(1, 20)
    expect(watch.progressOf('a', 1)).toMatchObject({ percent: 20 })
    expect(watch.progressOf('a', 2)).toBeNull()
    hub.tell('task.scheduled', 'a')
    expect(watch.progressOf('a', 1)).toBeNull()
  })
})
