import { type FaultRow, violationsOf } from '../fault-row.ts'
import type { Stage } from '../stage.ts'

/** A random batch: entries that name others at random, cycles and themselves included. */
interface Graph {
  tasks: { type: string; payload: number; ref: string; dependsOn: string[] }[]
  /** Entries that lead back to themselves, by the transitive closure, which is another way than the server's. */
  onCycles: Set<number>
  /** Those, and whatever depends on them. */
  refused: Set<number>
}

export const cycles: FaultRow = {
  row: 25,
  fault: 'cycles, self edges',
  how: isFull =>
    `${isFull ? '20,000' : '400'} random graphs of up to 24 entries, eight at a time over two replicas, every other one with a cycle`,
  mustHold: 'exactly the entries on cycles and what hangs on them are refused; the others run in order',
  async run(stage) {
    await stage.startReplicas(2)
    const started: string[] = []
    await stage.startModule(
      'worker',
      ({ taskId }) => {
        started.push(taskId)
        return { status: 200, body: null }
      },
      { capacity: 50 },
    )
    const cases = stage.isFull ? 20_000 : 400
    let [wrong, cyclic, outOfOrder] = [0, 0, 0]
    for (let done = 0; done < cases; done += 8) {
      const graphs = Array.from({ length: 8 }, () => randomGraph(stage))
      started.length = 0
      const ids = await Promise.all(
        graphs.map(async (graph, n) => {
          const replica = stage.replicas[n % 2]
          const { accepted, rejected } = await stage.submit(graph.tasks, replica?.client)
          const cycle = rejected.filter(({ code }) => code === 'DEPENDENCY_CYCLE').map(({ index }) => index)
          const isRight =
            sameSet(new Set(cycle), graph.onCycles) &&
            sameSet(new Set(rejected.map(({ index }) => index)), graph.refused)
          if (!isRight) wrong++
          if (graph.onCycles.size > 0) cyclic++
          return new Map(accepted.map(({ index, id }) => [index, id]))
        }),
      )
      await stage.untilIdle()
      const place = new Map(started.map((id, index) => [id, index]))
      for (const [n, graph] of graphs.entries()) outOfOrder += countOutOfOrder(graph, ids[n] ?? new Map(), place)
    }
    const deadlocks = await stage.count(
      'SELECT deadlocks AS count FROM pg_stat_database WHERE datname = current_database()',
    )
    return {
      figure: `${cases.toLocaleString('en')} graphs, ${cyclic} with cycles, ${wrong} judged wrongly, ${outOfOrder} tasks before a parent, ${deadlocks} deadlocks`,
      measured: { cases, cyclic, wrong, outOfOrder, deadlocks },
      violations: violationsOf({
        'graphs judged wrongly': wrong === 0,
        'tasks before a parent': outOfOrder === 0,
        'no cycle was tried': cyclic > cases / 10,
      }),
    }
  },
}

function randomGraph(stage: Stage): Graph {
  const size = 2 + stage.draw(23)
  const mayCycle = stage.draw(2) === 0
  const parents = Array.from({ length: size }, (_, n) => {
    const count = stage.draw(3)
    const candidates = mayCycle ? size : n
    return candidates === 0 ? [] : [...new Set(Array.from({ length: count }, () => stage.draw(candidates)))]
  })
  const reaches = parents.map(own => new Set(own))
  for (let through = 0; through < size; through++)
    for (const set of reaches) if (set.has(through)) for (const further of reaches[through] ?? []) set.add(further)
  const onCycles = new Set(reaches.flatMap((set, n) => (set.has(n) ? [n] : [])))
  const refused = new Set(reaches.flatMap((set, n) => ([n, ...set].some(each => onCycles.has(each)) ? [n] : [])))
  const tasks = parents.map((own, n) => ({ type: 'work', payload: n, ref: `n${n}`, dependsOn: own.map(p => `n${p}`) }))
  return { tasks, onCycles, refused }
}

function countOutOfOrder(
  { tasks }: Graph,
  ids: ReadonlyMap<number, string>,
  place: ReadonlyMap<string, number>,
): number {
  let count = 0
  for (const [n, id] of ids)
    for (const ref of tasks[n]?.dependsOn ?? []) {
      const parent = ids.get(Number(ref.slice(1))) ?? ''
      if ((place.get(parent) ?? Number.POSITIVE_INFINITY) > (place.get(id) ?? -1)) count++
    }
  return count
}

function sameSet(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  return a.size === b.size && [...a].every(each => b.has(each))
}
