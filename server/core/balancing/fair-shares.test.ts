import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Claimant, fairShares } from './fair-shares.ts'

const claimants = fc
  .array(fc.record({ wanted: fc.nat(30), usable: fc.nat(30) }), { minLength: 1, maxLength: 8 })
  .map(list => list.map((each, index): Claimant => ({ id: `r${index}`, ...each })))

const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, each) => total + each, 0)

describe('shares', () => {
  test('add up to the amount, or to all that is usable; nobody gets more than it can use', () => {
    fc.assert(
      fc.property(fc.nat(100), claimants, (amount, all) => {
        const shares = fairShares(amount, all, 'instance')
        expect(sum(shares.values())).toBe(Math.min(amount, sum(all.map(each => each.usable))))
        for (const { id, usable } of all) expect(shares.get(id)).toBeLessThanOrEqual(usable)
      }),
    )
  })

  test('give what is wanted first, and are even within one beyond that', () => {
    fc.assert(
      fc.property(fc.nat(100), claimants, (amount, all) => {
        const shares = fairShares(amount, all, 'instance')
        const shareOf = (each: Claimant) => shares.get(each.id) ?? 0
        const short = all.filter(each => shareOf(each) < Math.min(each.wanted, each.usable))
        const rich = all.filter(each => shareOf(each) > Math.min(each.wanted, each.usable))
        // Nobody has more than it wants while another wants more than it has.
        if (short.length > 0) expect(rich).toEqual([])
        for (const poor of short) {
          for (const other of all) expect(shareOf(other)).toBeLessThanOrEqual(shareOf(poor) + 1)
        }
        for (const one of all.filter(each => shareOf(each) < each.usable)) {
          for (const other of rich) expect(shareOf(other)).toBeLessThanOrEqual(shareOf(one) + 1)
        }
      }),
    )
  })

  test('are found alike by all, in whatever order they know each other', () => {
    fc.assert(
      fc.property(fc.nat(100), claimants, fc.string(), (amount, all, seed) => {
        const sorted = (shares: Map<string, number>) => [...shares].sort()
        expect(sorted(fairShares(amount, all.toReversed(), seed))).toEqual(sorted(fairShares(amount, all, seed)))
      }),
    )
  })

  test('that cannot be even fall to different claimants for different things', () => {
    const three = ['a', 'b', 'c'].map(id => ({ id, wanted: 0, usable: 1 }))
    const holders = Array.from({ length: 60 }, (_, index) => {
      const [holder] = [...fairShares(1, three, `instance ${index}`)].find(([, share]) => share === 1) ?? []
      return holder
    })
    for (const id of ['a', 'b', 'c']) expect(holders.filter(holder => holder === id).length).toBeGreaterThan(8)
  })
})
