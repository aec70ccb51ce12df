import { Graph, layout } from '@dagrejs/dagre'
import type { ModuleGraph } from '#server/contracts/modules.ts'

/** Size of every node, in pixels of the drawing. */
export const nodeSize = { width: 208, height: 58 } as const

const gap = { between: 22, ranks: 88, alone: 20 } as const

/** Where a node's upper left corner is. */
export type NodePlaces = ReadonlyMap<string, { x: number; y: number }>

/**
 * Places modules from left to right, each left of what it needs. Modules without any connection stand in rows below, in an
 * order that does not change with their states.
 */
export function layoutModules({
  nodes,
  edges,
}: Pick<ModuleGraph, 'edges'> & { nodes: readonly { id: string }[] }): NodePlaces {
  const connected = new Set(edges.flatMap(({ from, to }) => [from, to]))
  const places = placeConnected(
    nodes.filter(({ id }) => connected.has(id)),
    edges,
  )
  const bottom = Math.max(0, ...[...places.values()].map(({ y }) => y + nodeSize.height + gap.ranks / 2))
  const alone = nodes.filter(({ id }) => !connected.has(id))
  const width = Math.max(0, ...[...places.values()].map(({ x }) => x + nodeSize.width))
  const fitting = Math.floor((width + gap.alone) / (nodeSize.width + gap.alone))
  const columns = Math.max(fitting, Math.ceil(Math.sqrt(alone.length / 2)), 1)
  for (const [index, { id }] of alone.entries()) {
    places.set(id, {
      x: (index % columns) * (nodeSize.width + gap.alone),
      y: bottom + Math.floor(index / columns) * (nodeSize.height + gap.alone),
    })
  }
  return places
}

function placeConnected(
  nodes: readonly { id: string }[],
  edges: ModuleGraph['edges'],
): Map<string, { x: number; y: number }> {
  const graph = new Graph()
  graph.setGraph({ rankdir: 'LR', nodesep: gap.between, ranksep: gap.ranks })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id } of nodes) graph.setNode(id, { ...nodeSize })
  for (const { from, to } of edges) graph.setEdge(from, to)
  layout(graph)
  return new Map(
    nodes.map(({ id }) => {
      const { x, y } = graph.node(id)
      return [id, { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 }]
    }),
  )
}
