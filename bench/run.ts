import { measureBrowse } from './measure-browse.ts'
import { measureDashboard } from './measure-dashboard.ts'
import { growthScales, measureGrowth } from './measure-growth.ts'
import { measureLadder } from './measure-ladder.ts'
import { measureOverheads } from './measure-overheads.ts'
import { measureRace } from './measure-race.ts'
import { measureOpenLoops, measurePage } from './measure-service.ts'
import { measureSimulator } from './measure-simulator.ts'
import { writeReport } from './write-report.ts'

/**
 * Measures everything that has a goal and writes `bench/results/latest.json` and `docs/benchmarks.md`, with the machine and the
 * commit. `npm run bench -- 3` makes three runs of each instead of five; `--full` stores 10,000,000 tasks instead of 1,000,000 and
 * watches the pages for ten minutes each instead of one.
 */
const scale = growthScales[process.argv.includes('--full') ? 'full' : 'usual']
const runs = Number(process.argv.slice(2).find(word => !word.startsWith('--')) ?? 5)
const overheads = measureOverheads(runs)
const race = await measureRace(runs)
const ladder = await measureLadder(runs)
const loops = measureOpenLoops(runs)
const page = await measurePage(runs)
const dashboard = await measureDashboard(1, process.argv.includes('--full') ? 600 : 60)
const browse = await measureBrowse()
const growth = await measureGrowth({ runs, ...scale })
const simulator = measureSimulator(runs)
const shown = [...race.figures, ...loops, ...page, ...dashboard, ...browse]
const figures = [...shown, ...overheads, ...ladder, ...growth.figures, ...simulator]
writeReport({ runs, figures, race: race.rows, pages: growth.pages, stored: scale.stored })
