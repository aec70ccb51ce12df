import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type MovingWork, moveWork } from './move-work.ts'

const work = (change: Partial<MovingWork> = {}): MovingWork => ({
  type: 'work',
  callsPerSecond: 10,
  meanMs: 500,
  candidates: [{ moduleId: 'a', meanMs: 500 }],
  ...change,
})

describe('work that has to go elsewhere', () => {
  test('fits where as many slots are free as calls per second times their seconds', () => {
    expect(moveWork([work()], new Map([['a', 5]])).get('work')).toEqual({
      callsPerSecond: 10,
      neededSlots: 5,
      takenBy: [{ moduleId: 'a', freeSlots: 5, callsPerSecond: 10 }],
      isEnough: true,
    })
    expect(moveWork([work()], new Map([['a', 4]])).get('work')).toMatchObject({ neededSlots: 5, isEnough: false })
  })

  test('needs more slots where a call takes longer', () => {
    const slower = work({ candidates: [{ moduleId: 'a', meanMs: 2_000 }] })
    expect(moveWork([slower], new Map([['a', 10]])).get('work')).toMatchObject({
      isEnough: false,
      takenBy: [{ callsPerSecond: 5 }],
    })
  })

  test('goes on to the next when the first is full', () => {
    const candidates = ['a', 'b'].map(moduleId => ({ moduleId, meanMs: 500 }))
    const free = new Map([
      ['a', 2],
      ['b', 9],
    ])
    expect(moveWork([work({ candidates })], free).get('work')?.takenBy).toEqual([
      { moduleId: 'a', freeSlots: 2, callsPerSecond: 4 },
      { moduleId: 'b', freeSlots: 9, callsPerSecond: 6 },
    ])
  })

  test('of unknown duration needs nobody knows how much', () => {
    const unknown = work({ meanMs: null, candidates: [{ moduleId: 'a', meanMs: null }] })
    expect(moveWork([unknown], new Map([['a', 1]])).get('work')).toMatchObject({ neededSlots: null, isEnough: true })
  })

  test('is never given more slots than are free, nor more than it is, whatever competes for them', () => {
    const moving = fc.array(
      fc.record({
        callsPerSecond: fc.double({ min: 0, max: 100, noNaN: true }),
        meanMs: fc.integer({ min: 1, max: 5_000 }),
        candidates: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
      }),
      { maxLength: 6 },
    )
    const slots = fc.record({ a: fc.nat(50), b: fc.nat(50), c: fc.nat(50) })
    fc.assert(
      fc.property(moving, slots, (works, free) => {
        const asked = works.map(({ candidates, ...rest }, index) => ({
          ...rest,
          type: `t${index}`,
          candidates: candidates.map(moduleId => ({ moduleId, meanMs: rest.meanMs })),
        }))
        const moved = moveWork(asked, new Map(Object.entries(free)))
        const used = { a: 0, b: 0, c: 0 }
        for (const { type, callsPerSecond, meanMs } of asked) {
          const takers = moved.get(type)?.takenBy ?? []
          const taken = takers.reduce((sum, taker) => sum + taker.callsPerSecond, 0)
          expect(taken).toBeLessThanOrEqual(callsPerSecond + 1e-6)
          for (const taker of takers) used[taker.moduleId as 'a'] += (taker.callsPerSecond * meanMs) / 1_000
        }
        for (const id of ['a', 'b', 'c'] as const) expect(used[id]).toBeLessThanOrEqual(free[id] + 1e-6)
      }),
    )
  })
})
