import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type DependencyGraph,
  directDependants,
  enabledDependants,
  enabledDependantsTransitively,
  enableOrder,
  findCycleThrough,
} from './dependency-graph.ts'

const sizes = { min: 1, max: 12 }

/** Any graph at all: self edges, cycles, unknown names, repeated ones. */
const anyGraph = fc
  .integer(sizes)
  .chain(size =>
    fc.array(
      fc.record({
        enabled: fc.boolean(),
        dependsOn: fc.array(fc.integer({ min: 0, max: size }).map(name), { maxLength: 4 }),
      }),
      { minLength: size, maxLength: size },
    ),
  )
  .map(toGraph)

/** A graph as the registry keeps it: no cycles, and whatever an enabled module needs is enabled. */
const soundGraph = fc
  .integer(sizes)
  .chain(size => {
    const node = (index: number) =>
      fc.record({
        wish: fc.boolean(),
        dependsOn: fc.subarray(
          Array.from({ length: index }, (_, i) => i),
          { maxLength: Math.min(4, index) },
        ),
      })
    return fc.tuple(...Array.from({ length: size }, (_, index) => node(index)))
  })
  .chain(nodes =>
    // Names drawn at random, so that the order of names says nothing about the order of needs.
    fc
      .shuffledSubarray(
        nodes.map((_, i) => i),
        { minLength: nodes.length },
      )
      .map(names => {
        const enabled: boolean[] = []
        for (const { wish, dependsOn } of nodes) enabled.push(wish && dependsOn.every(i => enabled[i]))
        return new Map(
          nodes.map(({ dependsOn }, i) => [
            name(names[i]!),
            { enabled: enabled[i]!, dependsOn: dependsOn.map(needed => name(names[needed]!)) },
          ]),
        )
      }),
  )

describe('findCycleThrough', () => {
  test('finds a cycle exactly when the module can be reached from itself', () => {
    fc.assert(
      fc.property(anyGraph, graph => {
        for (const id of graph.keys()) {
          expect(findCycleThrough(graph, id) !== null).toBe(needs(graph, id).has(id))
        }
      }),
    )
  })

  test('names a real path that begins and ends with the module and passes nothing twice', () => {
    fc.assert(
      fc.property(anyGraph, graph => {
        for (const id of graph.keys()) {
          const cycle = findCycleThrough(graph, id)
          if (!cycle) continue
          expect([cycle[0], cycle.at(-1)]).toEqual([id, id])
          expect(new Set(cycle.slice(1)).size).toBe(cycle.length - 1)
          for (const [index, from] of cycle.slice(0, -1).entries()) {
            expect(graph.get(from)?.dependsOn).toContain(cycle[index + 1])
          }
        }
      }),
    )
  })
})

describe('enableOrder', () => {
  test('enables every disabled need once, each after its own needs, and the module last', () => {
    fc.assert(
      fc.property(soundGraph, graph => {
        for (const id of graph.keys()) {
          const order = enableOrder(graph, id)
          const wanted = [id, ...needs(graph, id)].filter(each => graph.get(each)?.enabled === false)
          expect(order.toSorted()).toEqual(graph.get(id)?.enabled ? [] : wanted.toSorted())
          if (order.length > 0) expect(order.at(-1)).toBe(id)
          const enabled = new Set([...graph].filter(([, node]) => node.enabled).map(([each]) => each))
          for (const each of order) {
            expect(graph.get(each)?.dependsOn.every(needed => enabled.has(needed))).toBe(true)
            enabled.add(each)
          }
        }
      }),
    )
  })

  test('takes the smallest name among those that could come next, so it is the same every time', () => {
    fc.assert(
      fc.property(soundGraph, graph => {
        for (const id of graph.keys()) {
          const order = enableOrder(graph, id)
          const missing = (each: string) => graph.get(each)?.dependsOn.filter(needed => left.has(needed)) ?? []
          const left = new Set(order)
          for (const each of order) {
            expect(each).toBe([...left].filter(other => missing(other).length === 0).sort()[0])
            left.delete(each)
          }
        }
      }),
    )
  })
})

describe('dependants', () => {
  test('are exactly the enabled modules that name it, and those that need them', () => {
    fc.assert(
      fc.property(anyGraph, graph => {
        const enabled = new Map([...graph].filter(([, node]) => node.enabled))
        for (const id of graph.keys()) {
          const naming = [...graph].filter(([, node]) => node.dependsOn.includes(id)).map(([each]) => each)
          expect(directDependants(graph).get(id) ?? []).toEqual(naming)
          expect(enabledDependants(graph, id)).toEqual(naming.filter(each => enabled.has(each)).sort())
          const all = [...enabled.keys()].filter(
            each => each !== id && needs(new Map(enabled).set(id, { enabled: true, dependsOn: [] }), each).has(id),
          )
          expect(enabledDependantsTransitively(graph, id)).toEqual(all.sort())
        }
      }),
    )
  })
})

test('a chain of 20,000 modules needs no deep stack', () => {
  const size = 20_000
  const chain = new Map(
    Array.from({ length: size }, (_, i) => [
      name(i),
      { enabled: false, dependsOn: i + 1 < size ? [name(i + 1)] : [name(0)] },
    ]),
  )
  expect(findCycleThrough(chain, name(0))).toHaveLength(size + 1)
  chain.set(name(size - 1), { enabled: false, dependsOn: [] })
  expect(findCycleThrough(chain, name(0))).toBeNull()
  const order = enableOrder(chain, name(0))
  expect([order.length, order[0], order.at(-1)]).toEqual([size, name(size - 1), name(0)])
})

/** Everything that a module needs, by the definition: the closure of `dependsOn` over known modules. */
function needs(graph: DependencyGraph, id: string): Set<string> {
  const found = new Set<string>()
  const visit = (each: string): void => {
    for (const needed of graph.get(each)?.dependsOn ?? []) {
      if (!graph.has(needed) || found.has(needed)) continue
      found.add(needed)
      visit(needed)
    }
  }
  visit(id)
  return found
}

function name(index: number): string {
  return `m${String(index).padStart(5, '0')}`
}

function toGraph(nodes: readonly { enabled: boolean; dependsOn: string[] }[]): DependencyGraph {
  return new Map(nodes.map((node, index) => [name(index), node]))
}
