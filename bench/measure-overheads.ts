import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { below, type Figure, type Goal, toFigure } from './figure.ts'

const programs = ['events', 'breaker', 'choice', 'health', 'alerts']

/** Medians in µs. The documents that Quarterdeck started from allowed 1 to 2 ms, 0.1 ms, 0.1 ms and 0.5 ms. */
const goals: readonly [RegExp, Goal][] = [
  // Made every two seconds: a hundredth of one core.
  [/alert rules/i, below(20_000)],
  [/publish/i, below(20)],
  [/breaker/i, below(5)],
  [/choice/i, below(2)],
  [/health update/i, below(20)],
]

/** What single acts of the core cost, each program in a process of its own. */
export function measureOverheads(runs: number): Figure[] {
  return programs.flatMap(name => {
    const byName = new Map<string, number[]>()
    for (let run = 0; run < runs; run++) {
      for (const { name: label, medianUs } of measure(name)) {
        byName.set(label, [...(byName.get(label) ?? []), medianUs])
      }
    }
    return [...byName].map(([label, values]) =>
      toFigure(label, 'µs', values, goals.find(([pattern]) => pattern.test(label))?.[1]),
    )
  })
}

function measure(name: string): { name: string; medianUs: number }[] {
  const program = path.join(import.meta.dirname, 'overheads', `${name}.ts`)
  const { stdout, status } = spawnSync(process.execPath, [program], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`bench/overheads/${name}.ts failed`)
  return JSON.parse(stdout) as { name: string; medianUs: number }[]
}
