import { expect, test } from 'vitest'
import type { ModuleGraph } from '#server/contracts/modules.ts'
import { groupId, neighboursOf, viewOfGraph } from './graph-view.ts'

const module = (id: string, category: string, overrides: Partial<ModuleGraph['nodes'][number]> = {}) => ({
  id,
  name: id,
  category,
  enabled: true,
  health: 'healthy' as const,
  breaker: 'closed' as const,
  ...overrides,
})

const graph: ModuleGraph = {
  nodes: [
    module('a', 'text'),
    module('b', 'text', { health: 'degraded' }),
    module('c', 'data', { health: 'unhealthy' }),
    module('d', 'data', { enabled: false }),
    module('e', 'report'),
  ],
  edges: [
    { from: 'a', to: 'b' },
    { from: 'a', to: 'c' },
    { from: 'b', to: 'd' },
    { from: 'e', to: 'a' },
  ],
}

test('a folded category is one node that counts what is wrong in it, and edges to it are added up', () => {
  const view = viewOfGraph(graph, category => category === 'data')
  expect(view.nodes.map(({ id }) => id)).toEqual(['a', 'b', 'e', groupId('data')])
  expect(view.nodes.at(-1)).toMatchObject({ group: { modules: 2, troubled: 1, disabled: 1, degraded: 0 } })
  const folded = viewOfGraph(graph, category => category !== 'report')
  expect(folded.edges).toEqual([
    { from: groupId('text'), to: groupId('data'), count: 2, isTroubled: true },
    { from: 'e', to: groupId('text'), count: 1, isTroubled: false },
  ])
})

test('what is near a node is what it needs and what needs it', () => {
  expect(
    neighboursOf(
      viewOfGraph(graph, () => false),
      'a',
    ),
  ).toEqual(new Set(['a', 'b', 'c', 'e']))
})
