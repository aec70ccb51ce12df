import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { layoutModules, nodeSize } from './graph-layout.ts'

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
        const places = layoutModules(graph)
        for (const { from, to } of graph.edges) {
          expect((places.get(from)?.x ?? NaN) + nodeSize.width).toBeLessThan(places.get(to)?.x ?? NaN)
        }
      }),
    )
  })

  test('every module has a place and no two overlap', () => {
    fc.assert(
      fc.property(acyclic, graph => {
        const places = [...layoutModules(graph).values()]
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

  test('modules without connections stand below the connected ones', () => {
    const places = layoutModules({ nodes: nodesOf('alone', 'a', 'b'), edges: [{ from: 'a', to: 'b' }] })
    expect(places.get('alone')?.y).toBeGreaterThan((places.get('a')?.y ?? NaN) + nodeSize.height)
  })

  test('a fleet without any connection is laid out too', () => {
    expect(layoutModules({ nodes: nodesOf('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), edges: [] }).size).toBe(8)
    expect(layoutModules({ nodes: [], edges: [] }).size).toBe(0)
  })
})
