import { measureOverheads } from './measure-overheads.ts'
import { measureRace } from './measure-race.ts'
import { measureOpenLoops, measurePage } from './measure-service.ts'
import { writeReport } from './write-report.ts'

/**
 * Measures everything that has a goal and writes `bench/results/latest.json` and `docs/benchmarks.md`, with the machine and the
 * commit. `npm run bench -- 3` makes three runs of each instead of five.
 */
const runs = Number(process.argv[2] ?? 5)
const overheads = measureOverheads(runs)
const race = await measureRace(runs)
const loops = await measureOpenLoops(runs)
const page = await measurePage(runs)
writeReport({ runs, figures: [...race.figures, ...loops, ...page, ...overheads], race: race.rows })
