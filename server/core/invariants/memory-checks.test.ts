import { describe, expect, test } from 'vitest'
import { findIdleLeases, findLeakedSlots } from './memory-checks.ts'

const lease = (leaseNo: number) => ({ taskId: `task-${leaseNo}`, leaseNo })

describe('leaked slots', () => {
  const used = (inFlight: number, outside = 0) => ({ moduleId: 'm', instanceId: 'i', inFlight, outside })

  test('a slot that outlives its call is found, with the replica and where slots are held', () => {
    expect(findLeakedSlots('r1', [used(3), { ...used(0), instanceId: 'idle' }], 2)).toEqual({
      count: 1,
      sample: ['replica r1: 3 slots for 2 calls', 'm/i (3)'],
    })
  })

  test('slots of calls, of routes that callers hold, and calls without a slot yet are none', () => {
    expect(findLeakedSlots('r1', [used(3, 1)], 2).count).toBe(0)
    expect(findLeakedSlots('r1', [used(1)], 2)).toEqual({ count: 0, sample: [] })
  })
})

describe('leases that nobody works on', () => {
  /** What the database answers at each look. */
  const looks = (...answers: ReturnType<typeof lease>[][]) => {
    const left = [...answers]
    return async () => left.shift() ?? []
  }

  test('a lease that stays without work is found by its task', async () => {
    const found = await findIdleLeases(
      'r1',
      looks([lease(1), lease(2)], [lease(1), lease(2)]),
      taskId => taskId === 'task-2',
      async () => {},
    )
    expect(found).toEqual({ count: 1, sample: ['task-1 (r1)'] })
  })

  test('one that was claimed or ended between the looks is none, also when its task is leased anew', async () => {
    const again = { taskId: 'task-1', leaseNo: 7 }
    const found = await findIdleLeases(
      'r1',
      looks([lease(1), lease(2)], [again, lease(3)]),
      () => false,
      async () => {},
    )
    expect(found.count).toBe(0)
  })

  test('with all at work there is no second look', async () => {
    const waited: string[] = []
    const found = await findIdleLeases(
      'r1',
      looks([lease(1)]),
      () => true,
      async () => void waited.push('waited'),
    )
    expect([found.count, waited]).toEqual([0, []])
  })
})
