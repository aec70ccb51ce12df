import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type BatchEntry, orderBatch } from './order-batch.ts'

const id = '01890a5d-ac96-774b-bcce-b302099a8057'

test('entries come after those that they depend on, in whatever order they were given', () => {
  const entries = [
    { ref: 'report', dependsOn: ['left', 'right'] },
    { ref: 'left', dependsOn: ['root'] },
    { ref: 'right', dependsOn: ['root', id] },
    { ref: 'root', dependsOn: [] },
    { dependsOn: [] },
  ]
  const { order, parentsOf, faults } = orderBatch(entries)
  expect(faults.size).toBe(0)
  expect(order.toSorted()).toEqual([0, 1, 2, 3, 4])
  expect(parentsOf(0)).toEqual([1, 2])
  for (const index of order) {
    for (const parent of parentsOf(index)) expect(order.indexOf(parent)).toBeLessThan(order.indexOf(index))
  }
})

test('a name that is no id of a task and no ref of the batch is a fault of the entry that uses it', () => {
  const { faults } = orderBatch([{ dependsOn: ['nobody'] }, { dependsOn: [id] }])
  expect([...faults]).toEqual([[0, { kind: 'ref_unknown', name: 'nobody' }]])
})

test('entries with the same ref are all at fault, because none of them can be meant', () => {
  const { faults } = orderBatch([
    { ref: 'a', dependsOn: [] },
    { ref: 'b', dependsOn: ['a'] },
    { ref: 'a', dependsOn: [] },
    { ref: 'a', dependsOn: [] },
  ])
  expect([...faults.keys()].toSorted()).toEqual([0, 2, 3])
  expect(faults.get(3)).toEqual({ kind: 'ref_repeated', ref: 'a' })
})

test('every member of a cycle is at fault and is told the way around; what only depends on a cycle is not', () => {
  const { faults } = orderBatch([
    { ref: 'a', dependsOn: ['c'] },
    { ref: 'b', dependsOn: ['a'] },
    { ref: 'c', dependsOn: ['b'] },
    { ref: 'below', dependsOn: ['b'] },
    { ref: 'self', dependsOn: ['self'] },
    { ref: 'above', dependsOn: [] },
  ])
  expect([...faults.keys()].toSorted()).toEqual([0, 1, 2, 4])
  const around = faults.get(0)
  expect(around?.kind === 'cycle' && around.path.length).toBe(4)
  expect(around?.kind === 'cycle' && `${around.path.join('')}`).toMatch(/^(abca|bcab|cabc)$/)
  expect(faults.get(4)).toEqual({ kind: 'cycle', path: ['self', 'self'] })
})

test('a chain of a thousand entries and a cycle through all of them are no deeper than any other', () => {
  const chain = Array.from({ length: 1_000 }, (_, n) => ({ ref: `r${n}`, dependsOn: n === 0 ? [] : [`r${n - 1}`] }))
  expect(orderBatch(chain).order).toEqual(chain.map((_, n) => n))
  const ring = chain.map((entry, n) => (n === 0 ? { ...entry, dependsOn: ['r999'] } : entry))
  expect(orderBatch(ring).faults.size).toBe(1_000)
})

const graphs = fc
  .integer({ min: 1, max: 14 })
  .chain(count => fc.array(fc.array(fc.nat(count - 1), { maxLength: 3 }), { minLength: count, maxLength: count }))

test('in any graph exactly those entries are at fault that can be reached from themselves, and the rest is in order', () => {
  fc.assert(
    fc.property(graphs, edges => {
      const entries = edges.map((parents, n): BatchEntry => ({ ref: `r${n}`, dependsOn: parents.map(p => `r${p}`) }))
      const { order, faults } = orderBatch(entries)
      const onCycle = edges.map((_, start) => {
        const seen = new Set<number>()
        const frontier = [...(edges[start] ?? [])]
        for (const at of frontier) {
          if (seen.has(at)) continue
          seen.add(at)
          frontier.push(...(edges[at] ?? []))
        }
        return seen.has(start)
      })
      expect(edges.map((_, n) => faults.has(n))).toEqual(onCycle)
      expect(order.toSorted((a, b) => a - b)).toEqual(edges.map((_, n) => n))
      for (const [n, parents] of edges.entries()) {
        if (onCycle[n]) continue
        for (const parent of parents) expect(order.indexOf(parent)).toBeLessThan(order.indexOf(n))
      }
      for (const fault of faults.values()) {
        if (fault.kind !== 'cycle') throw new Error('no other fault is possible here')
        expect(fault.path.at(0)).toBe(fault.path.at(-1))
        for (const [place, ref] of fault.path.slice(0, -1).entries()) {
          const next = Number(fault.path[place + 1]?.slice(1))
          expect(edges[next]?.map(p => `r${p}`)).toContain(ref)
        }
      }
    }),
    { numRuns: 500 },
  )
})
