/** What the functions below need of a module. */
export interface DependencyNode {
  enabled: boolean
  dependsOn: readonly string[]
}

/** Modules by id. Names of modules that are not in it are ignored. */
export type DependencyGraph = ReadonlyMap<string, DependencyNode>

/**
 * The shortest cycle that leads from `start` back to itself, both ends named (`['a', 'b', 'a']`), or null. A change of one
 * module can only close cycles through that module, so this is all that registering and editing have to ask. O(V + E).
 */
export function findCycleThrough(graph: DependencyGraph, start: string): string[] | null {
  const cameFrom = new Map<string, string>()
  const frontier = [start]
  for (const id of frontier) {
    for (const next of graph.get(id)?.dependsOn ?? []) {
      if (next === start) return [...pathTo(id, start, cameFrom), start]
      if (cameFrom.has(next) || !graph.has(next)) continue
      cameFrom.set(next, id)
      frontier.push(next)
    }
  }
  return null
}

/** Who needs whom, turned around: for each module the ids that name it in `dependsOn`, in the graph's order. O(V + E). */
export function directDependants(graph: DependencyGraph): Map<string, string[]> {
  const dependants = new Map<string, string[]>()
  for (const [id, node] of graph) {
    for (const needed of new Set(node.dependsOn)) {
      const list = dependants.get(needed)
      if (list) list.push(id)
      else dependants.set(needed, [id])
    }
  }
  return dependants
}

/** Enabled modules that need `id` directly, sorted. Disabling `id` is refused while there are any. */
export function enabledDependants(graph: DependencyGraph, id: string): string[] {
  const needing: string[] = []
  for (const [other, node] of graph) if (node.enabled && node.dependsOn.includes(id)) needing.push(other)
  return needing.sort()
}

/** Enabled modules that need `id` directly or through other enabled modules, sorted; never `id` itself. O(V + E). */
export function enabledDependantsTransitively(graph: DependencyGraph, id: string): string[] {
  const dependants = directDependants(graph)
  const seen = new Set([id])
  const frontier = [id]
  for (const needed of frontier) {
    for (const other of dependants.get(needed) ?? []) {
      if (seen.has(other) || graph.get(other)?.enabled !== true) continue
      seen.add(other)
      frontier.push(other)
    }
  }
  seen.delete(id)
  return [...seen].sort()
}

/**
 * What has to be enabled for `id` to run, each after all that it needs, ending with `id`; empty when it is enabled already.
 * Among modules that could come next the smallest id comes first, so the order is the same every time. Assumes no cycle
 * among the disabled ones. O((V + E) log V).
 */
export function enableOrder(graph: DependencyGraph, id: string): string[] {
  const wanted = disabledNeeds(graph, id)
  const dependants = directDependants(new Map([...wanted].map(each => [each, graph.get(each)!])))
  const missing = new Map<string, number>()
  for (const each of wanted) {
    missing.set(each, new Set(graph.get(each)!.dependsOn.filter(needed => wanted.has(needed))).size)
  }
  let ready = [...wanted].filter(each => missing.get(each) === 0).sort()
  const order: string[] = []
  for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
    order.push(next)
    const freed: string[] = []
    for (const other of dependants.get(next) ?? []) {
      const left = missing.get(other)! - 1
      missing.set(other, left)
      if (left === 0) freed.push(other)
    }
    if (freed.length > 0) ready = [...ready, ...freed].sort()
  }
  return order
}

/** `id` and everything disabled that it needs, through disabled modules only: what an enabled one needs is enabled. */
function disabledNeeds(graph: DependencyGraph, id: string): Set<string> {
  const found = new Set<string>()
  const frontier = [id]
  for (const each of frontier) {
    const node = graph.get(each)
    if (!node || node.enabled || found.has(each)) continue
    found.add(each)
    frontier.push(...node.dependsOn)
  }
  return found
}

function pathTo(id: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const path: string[] = []
  for (let at: string | undefined = id; at !== undefined && at !== start; at = cameFrom.get(at)) path.push(at)
  return [start, ...path.reverse()]
}
