import type { ModuleGraph } from '#server/contracts/modules.ts'

type GraphModule = ModuleGraph['nodes'][number]

/** Modules of one category drawn as one. */
export interface CategoryGroup {
  category: string
  modules: number
  disabled: number
  /** Enabled ones that are unhealthy, or whose breaker is open. */
  troubled: number
  degraded: number
}

/** What stands in the drawing: a module, or a category that is folded up. */
export type GraphItem = { id: string; module: GraphModule } | { id: string; group: CategoryGroup }

export interface GraphView {
  nodes: GraphItem[]
  /** `from` needs `to`; `count` dependencies between folded categories are drawn as one. */
  edges: { from: string; to: string; count: number; isTroubled: boolean }[]
}

/** With more modules than this, categories are folded up at first. */
export const foldedFrom = 60

/** The id of a folded category in the drawing; no module can have it. */
export const groupId = (category: string): string => `category ${category}`

/** Whether something that needs it should worry. */
export function isTroubled({ enabled, health, breaker }: GraphModule): boolean {
  return !enabled || health === 'unhealthy' || breaker === 'open'
}

/** The graph with the categories that `isFolded` says drawn as one node each, and edges between them added up. */
export function viewOfGraph(graph: ModuleGraph, isFolded: (category: string) => boolean): GraphView {
  const byId = new Map(graph.nodes.map(module => [module.id, module]))
  const groups = new Map<string, CategoryGroup>()
  const nodes: GraphItem[] = []
  for (const module of graph.nodes) {
    if (!isFolded(module.category)) nodes.push({ id: module.id, module })
    else addTo(groups, module)
  }
  for (const group of groups.values()) nodes.push({ id: groupId(group.category), group })
  const edges = new Map<string, GraphView['edges'][number]>()
  for (const edge of graph.edges) {
    const [from, to] = [edge.from, edge.to].map(id => placeOf(byId.get(id), isFolded))
    const needed = byId.get(edge.to)
    if (from === undefined || to === undefined || from === to || !needed) continue
    const known = edges.get(`${from}\n${to}`)
    const count = 1 + (known?.count ?? 0)
    edges.set(`${from}\n${to}`, { from, to, count, isTroubled: known?.isTroubled === true || isTroubled(needed) })
  }
  return { nodes, edges: [...edges.values()] }
}

/** A node with everything it needs and all that needs it, directly. */
export function neighboursOf({ edges }: GraphView, id: string): Set<string> {
  return new Set([id, ...edges.flatMap(({ from, to }) => (from === id ? [to] : to === id ? [from] : []))])
}

function placeOf(module: GraphModule | undefined, isFolded: (category: string) => boolean): string | undefined {
  return module && (isFolded(module.category) ? groupId(module.category) : module.id)
}

function addTo(groups: Map<string, CategoryGroup>, module: GraphModule): void {
  const { category, enabled, health } = module
  const group = groups.get(category) ?? { category, modules: 0, disabled: 0, troubled: 0, degraded: 0 }
  group.modules += 1
  if (!enabled) group.disabled += 1
  else if (isTroubled(module)) group.troubled += 1
  else if (health === 'degraded') group.degraded += 1
  groups.set(category, group)
}
