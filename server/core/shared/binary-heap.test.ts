import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BinaryHeap } from './binary-heap.ts'

function takeAll(heap: BinaryHeap<number>): number[] {
  const taken: number[] = []
  for (let item = heap.pop(); item !== undefined; item = heap.pop()) taken.push(item)
  return taken
}

const ascending = (a: number, b: number) => a - b

test('whatever is added, taken and dropped, the least comes first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.array(fc.integer()), (early, late) => {
      const heap = new BinaryHeap<number>(ascending)
      for (const item of early) heap.push(item)
      heap.retain(item => item % 3 !== 0)
      for (const item of late) heap.push(item)
      const kept = [...early.filter(item => item % 3 !== 0), ...late]
      expect(takeAll(heap)).toEqual(kept.toSorted(ascending))
    }),
  )
})
