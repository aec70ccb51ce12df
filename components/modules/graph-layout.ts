import { Graph, layout } from '@dagrejs/dagre'
import type { ModuleGraph } from '#server/contracts/modules.ts'

/** Size of every node, in pixels of the drawing. */
export const nodeSize = { width: 208, height: 58 } as const

const gap = { between: 22, ranks: 88, alone: 20 } as const

export interface Point {
  x: number
  y: number
}

/** A drawing of the graph. */
export interface GraphLayout {
  /** Where the upper left corner of each node is. */
  places: ReadonlyMap<string, Point>
  /** By the name of the edge: the points it leads through, around the nodes between its ends. */
  routes: ReadonlyMap<string, readonly Point[]>
}

/** The name of an edge in a layout. */
export const edgeName = ({ from, to }: { from: string; to: string }): string => `${from} ${to}`

/**
 * Places modules from left to right, each left of what it needs. Modules without any connection stand in rows below, in an
 * order that does not change with their states.
 */
export function layoutModules({
  nodes,
  edges,
}: Pick<ModuleGraph, 'edges'> & { nodes: readonly { id: string }[] }): GraphLayout {
  const connected = new Set(edges.flatMap(({ from, to }) => [from, to]))
  const { places, routes } = placeConnected(
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
  return { places, routes }
}

function placeConnected(nodes: readonly { id: string }[], edges: ModuleGraph['edges']) {
  const graph = new Graph()
  graph.setGraph({ rankdir: 'LR', nodesep: gap.between, ranksep: gap.ranks })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id } of nodes) graph.setNode(id, { ...nodeSize })
  for (const { from, to } of edges) graph.setEdge(from, to)
  layout(graph)
  const centers = new Map(nodes.map(({ id }): [string, Point] => [id, graph.node(id)]))
  const ranks = [...new Set([...centers.values()].map(({ x }) => Math.round(x)))]
  const places = new Map(
    [...centers].map(([id, { x, y }]) => [id, { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 }]),
  )
  const routes = new Map(
    edges.map(edge => {
      const points: Point[] = graph.edge(edge.from, edge.to).points ?? []
      const passes = points.slice(1, -1).filter(({ x }) => ranks.includes(Math.round(x)))
      return [edgeName(edge), routeOf(centers.get(edge.from), passes, centers.get(edge.to))]
    }),
  )
  return { places, routes }
}

/** From the right side of one node to the left side of the other; straight where it passes between the nodes of a rank. */
function routeOf(from: Point | undefined, passes: readonly Point[], to: Point | undefined): Point[] {
  const half = nodeSize.width / 2
  const between = passes.flatMap(({ x, y }) => [
    { x: x - half, y },
    { x: x + half, y },
  ])
  return [from && { x: from.x + half, y: from.y }, ...between, to && { x: to.x - half, y: to.y }].filter(
    point => point !== undefined,
  )
}

/** A route as the path of an SVG: level at each of its points, curved between them. */
export function pathOf(route: readonly Point[]): string {
  const [first, ...rest] = route
  if (!first) return ''
  const curves = rest.map(({ x, y }, index) => {
    const last = route[index] ?? first
    const middle = (last.x + x) / 2
    return `C ${middle} ${last.y} ${middle} ${y} ${x} ${y}`
  })
  return [`M ${first.x} ${first.y}`, ...curves].join(' ')
}
