import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { edgeName, layoutGraph, nodeSize, pathOf } from './graph-layout.ts'

const nodesOf = (...ids: string[]) => ids.map(id => ({ id }))

/** Dependencies from lower to higher numbers only, as the registry admits no cycle. */
const acyclic = fc.integer({ min: 1, max: 14 }).chain(size =>
  fc.record({
    nodes: fc.constant(Array.from({ length: size }, (_, index) => ({ id: `m${index}` }))),
    edges: fc
      .uniqueArray(fc.tuple(fc.nat({ max: size - 1 }), fc.nat({ max: size - 1 })), { selector: String })
      .map(pairs => pairs.filter(([from, to]) => from < to).map(([from, to]) => ({ from: `m${from}`, to: `m${to}` }))),
  }),
)

describe('the layout of the dependency graph', () => {
  test('a module stands left of everything it needs', () => {
    fc.assert(
      fc.property(acyclic, graph => {
        const { places } = layoutGraph(graph)
        for (const { from, to } of graph.edges) {
          expect((places.get(from)?.x ?? NaN) + nodeSize.width).toBeLessThan(places.get(to)?.x ?? NaN)
        }
      }),
    )
  })

  test('every module has a place and no two overlap', () => {
    fc.assert(
      fc.property(acyclic, graph => {
        const places = [...layoutGraph(graph).places.values()]
        expect(places).toHaveLength(graph.nodes.length)
        for (const [index, a] of places.entries()) {
          for (const b of places.slice(index + 1)) {
            const apart = Math.abs(a.x - b.x) >= nodeSize.width || Math.abs(a.y - b.y) >= nodeSize.height
            expect(apart).toBe(true)
          }
        }
      }),
    )
  })

  test('an arrow leads from the right side of a module to the left side of what it needs, and through no other module', () => {
    fc.assert(
      fc.property(acyclic, graph => {
        const { places, routes } = layoutGraph(graph)
        for (const edge of graph.edges) {
          const route = routes.get(edgeName(edge)) ?? []
          const [from, to] = [places.get(edge.from), places.get(edge.to)]
          expect(route[0]).toEqual({ x: (from?.x ?? NaN) + nodeSize.width, y: (from?.y ?? NaN) + nodeSize.height / 2 })
          expect(route.at(-1)).toEqual({ x: to?.x, y: (to?.y ?? NaN) + nodeSize.height / 2 })
          for (const point of route.slice(1, -1)) {
            const hit = [...places.values()].find(
              ({ x, y }) => point.x > x && point.x < x + nodeSize.width && point.y > y && point.y < y + nodeSize.height,
            )
            expect(hit).toBeUndefined()
          }
          expect(route.map(({ x }) => x)).toEqual(route.map(({ x }) => x).toSorted((a, b) => a - b))
        }
      }),
    )
  })

  test('modules without connections stand below the connected ones', () => {
    const { places } = layoutGraph({ nodes: nodesOf('alone', 'a', 'b'), edges: [{ from: 'a', to: 'b' }] })
    expect(places.get('alone')?.y).toBeGreaterThan((places.get('a')?.y ?? NaN) + nodeSize.height)
  })

  test('a large fleet is about as wide as a screen', () => {
    const nodes = Array.from({ length: 1_000 }, (_, index) => ({ id: `m${index}` }))
    const edges = nodes.flatMap(({ id }, index) => (index % 3 === 1 ? [{ from: id, to: `m${index - 1}` }] : []))
    const { places } = layoutGraph({ nodes, edges })
    const width = Math.max(...[...places.values()].map(({ x }) => x))
    const height = Math.max(...[...places.values()].map(({ y }) => y))
    expect(width / height).toBeGreaterThan(1)
    expect(width / height).toBeLessThan(4)
  })

  test('a fleet without any connection is laid out too', () => {
    expect(layoutGraph({ nodes: nodesOf('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), edges: [] }).places.size).toBe(8)
    expect(layoutGraph({ nodes: [], edges: [] }).places.size).toBe(0)
  })
})

test('a route becomes a path through all of its points', () => {
  const route = [
    { x: 0, y: 0 },
    { x: 10, y: 20 },
    { x: 30, y: 20 },
  ]
  expect(pathOf(route)).toBe('M 0 0 C 5 0 5 20 10 20 C 20 20 20 20 30 20')
  expect(pathOf([])).toBe('')
})
