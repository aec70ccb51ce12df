import { expect, test } from 'vitest'
import { ListSequence } from './feed-sequence.ts'
import { sharedJsonEncoder } from './shared-json.ts'

interface Item {
  id: string
  calls: number
}

const items = (...calls: number[]): Item[] => calls.map((each, index) => ({ id: 'abc'.charAt(index), calls: each }))

/** What travels. */
function sent(change: object): unknown {
  const text = String(sharedJsonEncoder.encode({ id: 1, result: { type: 'data', data: change } } as never))
  return (JSON.parse(text) as { result: { data: unknown } }).result.data
}

test('a live list is sent in whole once, and then only what changed since', () => {
  const sequence = new ListSequence<Item>(({ id }) => id)
  expect(sequence.put(items(0, 0, 0), 1)).toBe(true)
  expect(sent(sequence.since(0))).toEqual({ isWhole: true, items: items(0, 0, 0) })
  expect(sequence.put(items(0, 0, 0), 2)).toBe(false)
  expect(sequence.put(items(0, 5, 0), 2)).toBe(true)
  expect(sent(sequence.since(1))).toEqual({ isWhole: false, items: [{ id: 'b', calls: 5 }] })
  expect(sequence.put(items(1, 5, 0), 3)).toBe(true)
  expect(sent(sequence.since(2))).toEqual({ isWhole: false, items: [{ id: 'a', calls: 1 }] })
  expect(sent(sequence.since(1))).toEqual({ isWhole: false, items: items(1, 5) })
  expect(sent(sequence.since(3))).toEqual({ isWhole: false, items: [] })
  expect(sent(sequence.since(0))).toEqual({ isWhole: true, items: items(1, 5, 0) })
})

test('when an item came, went or changed its place, everybody is sent the whole list', () => {
  const sequence = new ListSequence<Item>(({ id }) => id)
  sequence.put(items(0, 0), 1)
  const lists = [items(0, 0, 7), items(0, 0), items(0, 0).reverse()]
  for (const [index, list] of lists.entries()) {
    expect(sequence.put(list, index + 2)).toBe(true)
    expect(sent(sequence.since(index + 1))).toEqual({ isWhole: true, items: list })
  }
  expect(sequence.put([], 5)).toBe(true)
  expect(sent(sequence.since(4))).toEqual({ isWhole: true, items: [] })
})
