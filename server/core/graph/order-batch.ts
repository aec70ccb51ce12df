/** An entry of a batch, as far as its place among the others goes. */
export interface BatchEntry {
  ref?: string | undefined
  /** Refs of other entries, or ids of tasks that exist. */
  dependsOn: readonly string[]
}

export type OrderFault =
  | { kind: 'ref_repeated'; ref: string }
  | { kind: 'ref_unknown'; name: string }
  /** Its dependencies lead back to itself; the refs along one cycle among them, in the order of running, both ends named. */
  | { kind: 'cycle'; path: string[] }

export interface BatchOrder {
  /** All entries, each after those that it depends on, except within cycles. */
  order: number[]
  /** Entries of the batch that an entry depends on, as far as they are named by ref. */
  parentsOf: (index: number) => readonly number[]
  faults: Map<number, OrderFault>
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a name in `dependsOn` is the id of a task rather than a ref. */
export function isTaskId(name: string): boolean {
  return uuid.test(name)
}

/**
 * Finds out in which order the entries of a batch can be added, and which cannot be for how they name each other: a ref that is
 * not of the batch, a ref that several entries have, and every member of a cycle. What depends on a faulty entry has no fault
 * of its own. O(V + E).
 */
export function orderBatch(entries: readonly BatchEntry[]): BatchOrder {
  const faults = new Map<number, OrderFault>()
  const byRef = new Map<string, number>()
  for (const [index, { ref }] of entries.entries()) {
    if (ref === undefined) continue
    const first = byRef.get(ref)
    if (first === undefined) byRef.set(ref, index)
    else for (const each of [first, index]) faults.set(each, { kind: 'ref_repeated', ref })
  }
  const parents = entries.map(({ dependsOn }, index) => {
    const found = new Set<number>()
    for (const name of dependsOn) {
      const parent = byRef.get(name)
      if (parent !== undefined) found.add(parent)
      else if (!isTaskId(name) && !faults.has(index)) faults.set(index, { kind: 'ref_unknown', name })
    }
    return [...found]
  })
  const parentsOf = (index: number) => parents[index] ?? []
  const { order, components } = sortByParents(entries.length, parentsOf)
  const nameOf = (index: number) => entries[index]?.ref ?? `#${index}`
  for (const members of components) {
    const path = cycleWithin(members, parentsOf).map(nameOf)
    for (const index of members) faults.set(index, { kind: 'cycle', path })
  }
  return { order, parentsOf, faults }
}

/**
 * Tarjan's algorithm without recursion: vertices after their parents, and the strongly connected components that hold a cycle.
 * Source: R. Tarjan, Depth-first search and linear graph algorithms, SIAM J. Comput. 1(2), 1972.
 */
function sortByParents(
  count: number,
  parentsOf: (index: number) => readonly number[],
): { order: number[]; components: number[][] } {
  const numbers = new Int32Array(count).fill(-1)
  const low = new Int32Array(count)
  const isOpen = new Uint8Array(count)
  const open: number[] = []
  const order: number[] = []
  const components: number[][] = []
  let next = 0
  for (let root = 0; root < count; root++) {
    if (numbers[root] !== -1) continue
    const path = [{ at: root, tried: 0 }]
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const { at } = step
      if (step.tried === 0 && numbers[at] === -1) {
        numbers[at] = low[at] = next++
        open.push(at)
        isOpen[at] = 1
      }
      const parent = parentsOf(at)[step.tried++]
      if (parent !== undefined) {
        if (numbers[parent] === -1) path.push({ at: parent, tried: 0 })
        else if (isOpen[parent]) low[at] = Math.min(low[at] ?? 0, numbers[parent] ?? 0)
        continue
      }
      path.pop()
      const below = path.at(-1)
      if (below) low[below.at] = Math.min(low[below.at] ?? 0, low[at] ?? 0)
      if (low[at] !== numbers[at]) continue
      const members = open.splice(open.lastIndexOf(at))
      for (const member of members) isOpen[member] = 0
      order.push(...members)
      if (members.length > 1 || parentsOf(at).includes(at)) components.push(members)
    }
  }
  return { order, components }
}

/** A shortest way from the first of these back to itself, both ends named. */
function cycleWithin(members: readonly number[], parentsOf: (index: number) => readonly number[]): number[] {
  const [start = 0] = members
  const inside = new Set(members)
  const cameFrom = new Map<number, number>()
  const frontier = [start]
  for (const at of frontier) {
    for (const parent of parentsOf(at)) {
      if (parent === start) {
        const path = [start]
        for (let step: number | undefined = at; step !== undefined && step !== start; step = cameFrom.get(step)) {
          path.push(step)
        }
        return [...path, start]
      }
      if (!inside.has(parent) || cameFrom.has(parent)) continue
      cameFrom.set(parent, at)
      frontier.push(parent)
    }
  }
  return [start, start]
}
