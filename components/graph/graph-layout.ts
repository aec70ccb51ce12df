import { Graph, layout } from '@dagrejs/dagre'

/** Size of every node, in pixels of the drawing. */
export const nodeSize = { width: 208, height: 58 } as const

const gap = { between: 22, ranks: 88, groups: 28 } as const
/** How much wider than high the drawing should be, about. */
const aspect = 1.9

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

/** What is drawn, as far as the layout goes. */
export interface GraphShape {
  nodes: readonly { id: string }[]
  edges: readonly { from: string; to: string }[]
}

/** The name of an edge in a layout. */
export const edgeName = ({ from, to }: { from: string; to: string }): string => `${from} ${to}`

type Edges = GraphShape['edges']

/** Some nodes that hang together, laid out from the origin. */
interface Part extends GraphLayout {
  width: number
  height: number
}

/**
 * Places nodes from left to right, each left of what its edges lead to. Those that hang together are laid out by themselves and
 * the groups set side by side in rows, about as wide as a screen; those without any connection come last. The drawing
 * depends on names and connections alone.
 */
export function layoutGraph({ nodes, edges }: GraphShape): GraphLayout {
  const groups = groupConnected(
    nodes.map(({ id }) => id),
    edges,
  )
  const connected = groups.filter(({ ids }) => ids.length > 1).map(({ ids, edges: own }) => layoutPart(ids, own))
  const alone = groups.filter(({ ids }) => ids.length === 1).map(({ ids }) => singlePart(ids[0] ?? ''))
  connected.sort((a, b) => b.height - a.height)
  return placeInRows([connected, alone])
}

/** The nodes that are connected with each other, however indirectly, with their connections; in the given order. */
function groupConnected(ids: readonly string[], edges: Edges): { ids: string[]; edges: Edges }[] {
  const parents = new Map(ids.map(id => [id, id]))
  const find = (id: string): string => {
    const parent = parents.get(id) ?? id
    if (parent === id) return id
    const root = find(parent)
    parents.set(id, root)
    return root
  }
  for (const { from, to } of edges) parents.set(find(from), find(to))
  const groups = new Map<string, { ids: string[]; edges: Edges[number][] }>()
  for (const id of ids) {
    const root = find(id)
    const group = groups.get(root) ?? { ids: [], edges: [] }
    group.ids.push(id)
    groups.set(root, group)
  }
  for (const edge of edges) groups.get(find(edge.from))?.edges.push(edge)
  return [...groups.values()]
}

function singlePart(id: string): Part {
  return { places: new Map([[id, { x: 0, y: 0 }]]), routes: new Map(), ...nodeSize }
}

function layoutPart(ids: readonly string[], edges: Edges): Part {
  const graph = new Graph()
  graph.setGraph({ rankdir: 'LR', nodesep: gap.between, ranksep: gap.ranks })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const id of ids) graph.setNode(id, { ...nodeSize })
  for (const { from, to } of edges) graph.setEdge(from, to)
  layout(graph)
  const centers = new Map(ids.map((id): [string, Point] => [id, graph.node(id)]))
  const ranks = new Set([...centers.values()].map(({ x }) => Math.round(x)))
  const places = new Map(
    [...centers].map(([id, { x, y }]) => [id, { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 }]),
  )
  const routes = new Map(
    edges.map(edge => {
      const points: Point[] = graph.edge(edge.from, edge.to).points ?? []
      const passes = points.slice(1, -1).filter(({ x }) => ranks.has(Math.round(x)))
      return [edgeName(edge), routeOf(centers.get(edge.from), passes, centers.get(edge.to))]
    }),
  )
  const all = [...places.values()].flatMap(({ x, y }) => [
    { x, y },
    { x: x + nodeSize.width, y: y + nodeSize.height },
  ])
  const corners = [...all, ...[...routes.values()].flat()]
  const left = Math.min(...corners.map(({ x }) => x))
  const top = Math.min(...corners.map(({ y }) => y))
  return {
    ...move({ places, routes }, -left, -top),
    width: Math.max(...corners.map(({ x }) => x)) - left,
    height: Math.max(...corners.map(({ y }) => y)) - top,
  }
}

function move({ places, routes }: GraphLayout, dx: number, dy: number): GraphLayout {
  const moved = ({ x, y }: Point): Point => ({ x: x + dx, y: y + dy })
  return {
    places: new Map([...places].map(([id, place]) => [id, moved(place)])),
    routes: new Map([...routes].map(([name, route]) => [name, route.map(moved)])),
  }
}

/** Sets parts side by side and begins a row when the line is full, and for each section. */
function placeInRows(sections: readonly (readonly Part[])[]): GraphLayout {
  const parts = sections.flat()
  const area = parts.reduce((sum, { width, height }) => sum + (width + gap.groups) * (height + gap.groups), 0)
  const line = Math.max(Math.sqrt(area * aspect), ...parts.map(({ width }) => width))
  const placed: GraphLayout[] = []
  let [x, y, rowHeight] = [0, 0, 0]
  const breakLine = () => {
    y += rowHeight === 0 ? 0 : rowHeight + gap.groups
    x = 0
    rowHeight = 0
  }
  for (const section of sections) {
    breakLine()
    for (const part of section) {
      if (x > 0 && x + part.width > line) breakLine()
      placed.push(move(part, x, y))
      x += part.width + gap.groups
      rowHeight = Math.max(rowHeight, part.height)
    }
  }
  return {
    places: new Map(placed.flatMap(({ places }) => [...places])),
    routes: new Map(placed.flatMap(({ routes }) => [...routes])),
  }
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
